package dev.rookery.testkit;

import static dev.rookery.testkit.Samples.USER;
import static dev.rookery.testkit.Samples.appends;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Position;
import dev.rookery.spi.EventLog.PartitionSize;
import dev.rookery.spi.Place;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What places, ordinals and sizes promise. */
public interface PlaceContract extends BackendUnderTest {

  @Test
  default void everyPlaceOfAnEmptyPartitionIsItsBeginning() {
    assertThat(log().earliest(USER)).isEqualTo(Place.BEGINNING);
    assertThat(log().latest(USER)).isEqualTo(Place.BEGINNING);
    assertThat(log().at(USER, storeTime())).isEqualTo(Place.BEGINNING);
    assertThat(log().after(USER, Position.ZERO)).isEqualTo(Place.BEGINNING);
  }

  @Test
  default void thePlacesStandBeforeTheFirstAndAfterTheLastEvent() {
    List<Position> positions = Samples.positions(log().append(USER, appends("a", "b", "c")));

    assertThat(log().earliest(USER)).isEqualTo(Place.BEGINNING);
    assertThat(log().latest(USER)).isEqualTo(new Place(positions.getLast(), 3));
  }

  @Test
  default void ordinalsCountEveryEventOnce() {
    log().append(USER, appends("a", "b"));
    log().append(USER, appends("a", "b", "b"));
    log().append(USER, appends("c"));

    assertThat(log().latest(USER).ordinal()).isEqualTo(3);
  }

  @Test
  default void aTimeIsThePlaceBeforeTheFirstEventTakenThen() {
    Instant beforeAll = storeTime();
    letPass(Duration.ofSeconds(1));
    Position a = log().append(USER, appends("a")).getFirst().position();
    letPass(Duration.ofSeconds(1));
    Instant between = storeTime();
    letPass(Duration.ofSeconds(1));
    Position c = log().append(USER, appends("b", "c")).getLast().position();
    letPass(Duration.ofSeconds(1));

    assertThat(log().at(USER, beforeAll)).isEqualTo(Place.BEGINNING);
    assertThat(log().at(USER, between)).isEqualTo(new Place(a, 1));
    assertThat(log().at(USER, storeTime())).isEqualTo(new Place(c, 3));
    assertThat(log().at(USER, Instant.EPOCH)).isEqualTo(Place.BEGINNING);
  }

  @Test
  default void afterAPositionIsThePlaceRightAfterIt() {
    List<Position> positions = Samples.positions(log().append(USER, appends("event-", 10)));

    for (int i = 0; i < positions.size(); i++) {
      assertThat(log().after(USER, positions.get(i))).isEqualTo(new Place(positions.get(i), i + 1));
    }
  }

  @Test
  default void afterAPositionThatIsNotKeptIsTheNearestPlaceKept() {
    List<Position> positions = Samples.positions(log().append(USER, appends("a", "b")));
    letPass(Duration.ofMinutes(1));
    log().append(USER, appends("c"));
    log().trim(USER, Optional.of(Duration.ofSeconds(30)), Optional.empty());

    assertThat(log().after(USER, positions.getFirst())).isEqualTo(log().earliest(USER));
    assertThat(log().after(USER, Position.ZERO)).isEqualTo(log().earliest(USER));
    assertThat(log().after(USER, new Position(Long.MAX_VALUE, 0))).isEqualTo(log().latest(USER));
  }

  @Test
  default void aSizeCountsWhatIsKept() {
    assertThat(log().size(USER))
        .isEqualTo(new PartitionSize(0, 0, Optional.empty(), Optional.empty(), Optional.empty()));
    Instant begin = storeTime();
    List<Position> positions = Samples.positions(log().append(USER, appends("event-", 100)));

    PartitionSize size = log().size(USER);

    assertThat(size.events()).isEqualTo(100);
    assertThat(size.bytes()).isBetween(100L, 1_000_000L);
    assertThat(size.first()).contains(positions.getFirst());
    assertThat(size.last()).contains(positions.getLast());
    assertThat(size.oldest())
        .hasValueSatisfying(oldest -> assertThat(oldest).isBetween(begin, storeTime()));
  }
}
