package dev.rookery.testkit;

import static dev.rookery.testkit.Samples.BOT;
import static dev.rookery.testkit.Samples.USER;
import static dev.rookery.testkit.Samples.appends;
import static dev.rookery.testkit.Samples.ids;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.PositionTrimmed;
import dev.rookery.Subscription;
import dev.rookery.spi.Claim;
import dev.rookery.spi.Cursor;
import dev.rookery.spi.Place;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What {@link dev.rookery.spi.EventLog#trim} promises. */
@Tag("P6")
public interface TrimContract extends BackendUnderTest {
  Duration AGE = Duration.ofSeconds(30);

  private long trimAll(Partition partition, Optional<Duration> age, Optional<Long> keepBytes) {
    long removed = 0;
    for (long more = 1; more > 0; removed += more) {
      more = log().trim(partition, age, keepBytes);
    }
    return removed;
  }

  private long trimByAge() {
    return trimAll(USER, Optional.of(AGE), Optional.empty());
  }

  @Test
  default void eventsOlderThanTheAgeGoAndYoungerStay() {
    log().append(USER, appends("a", "b"));
    letPass(Duration.ofSeconds(20));
    log().append(USER, appends("c"));
    letPass(Duration.ofSeconds(20));

    assertThat(trimByAge()).isEqualTo(2);
    assertThat(ids(readAll(USER))).containsExactly("c");
    assertThat(trimByAge()).isZero();
  }

  @Test
  default void eventsBeforeTheLastBytesGo() {
    log().append(USER, appends("event-", 1_000));
    long half = log().size(USER).bytes() / 2;

    long removed = trimAll(USER, Optional.empty(), Optional.of(half));

    assertThat(removed).isBetween(400L, 600L);
    assertThat(log().size(USER).bytes()).isLessThanOrEqualTo(half + 1_000);
    assertThat(ids(readAll(USER))).last().isEqualTo("event-999");
    assertThat(readAll(USER)).hasSize((int) (1_000 - removed));
  }

  @Test
  default void nothingGoesWithoutAnAgeOrBytes() {
    log().append(USER, appends("a"));
    letPass(Duration.ofDays(1_000));

    assertThat(log().trim(USER, Optional.empty(), Optional.empty())).isZero();
    assertThat(ids(readAll(USER))).containsExactly("a");
  }

  @Test
  default void noOtherPartitionIsTrimmed() {
    log().append(USER, appends("a"));
    log().append(BOT, appends("b"));
    letPass(Duration.ofMinutes(1));

    trimByAge();

    assertThat(readAll(USER)).isEmpty();
    assertThat(ids(readAll(BOT))).containsExactly("b");
  }

  @Test
  default void manyEventsGoInSlices() {
    for (int batch = 0; batch < 50; batch++) {
      log().append(USER, appends(batch + "/", 500));
    }
    letPass(Duration.ofMinutes(1));

    assertThat(trimByAge()).isEqualTo(25_000);
    assertThat(readAll(USER)).isEmpty();
  }

  @Test
  default void noEventGoesThatASubscriptionHasNotPassed() {
    List<Position> positions = Samples.positions(log().append(USER, appends("a", "b", "c")));
    letPass(Duration.ofMinutes(1));
    var subscriptions = backend().subscriptions();
    Map<Partition, Place> passed = Map.of(USER, new Place(positions.getLast(), 3));
    subscriptions.define(Subscription.of("fast", "**"), passed);
    subscriptions.define(Subscription.of("slow", "**"), Map.of(USER, Place.BEGINNING));

    assertThat(trimByAge()).isZero();
    assertThat(trimAll(USER, Optional.empty(), Optional.of(1L))).isZero();
    assertThat(ids(readAll(USER))).containsExactly("a", "b", "c");

    Claim claim =
        subscriptions.claim("slow", USER, "me", Duration.ofSeconds(9), Optional.empty()).get();
    subscriptions.save(claim, Cursor.at(new Place(positions.getFirst(), 1)));
    assertThat(trimByAge()).isEqualTo(1);
    assertThat(ids(readAll(USER))).containsExactly("b", "c");

    subscriptions.rewind("fast", Map.of(USER, new Place(positions.get(1), 2)));
    subscriptions.remove("slow");
    assertThat(trimByAge()).isEqualTo(1);
    assertThat(ids(readAll(USER))).containsExactly("c");
  }

  private long trimKept(String keeper) {
    long removed = 0;
    for (long more = 1; more > 0; removed += more) {
      more = log().trim(USER, Optional.of(AGE), Optional.empty(), Optional.of(keeper));
    }
    return removed;
  }

  @Test
  default void whatAKeeperHasPassedGoesAlthoughOthersHaveNot() {
    List<Position> positions = Samples.positions(log().append(USER, appends("a", "b", "c")));
    letPass(Duration.ofMinutes(1));
    var subscriptions = backend().subscriptions();
    subscriptions.define(Subscription.of("slow", "**"), Map.of(USER, Place.BEGINNING));
    subscriptions.define(
        Subscription.of("keeper", "**"), Map.of(USER, new Place(positions.get(1), 2)));

    assertThat(trimByAge()).isZero();
    assertThat(trimKept("nobody")).isZero();
    assertThat(trimKept("slow")).isZero();
    assertThat(trimKept("keeper")).isEqualTo(2);
    assertThat(ids(readAll(USER))).containsExactly("c");
  }

  @Test
  default void whatAKeeperHasNotPassedGoesOnlyWhenAllHave() {
    List<Position> positions = Samples.positions(log().append(USER, appends("a", "b")));
    letPass(Duration.ofMinutes(1));
    var subscriptions = backend().subscriptions();
    subscriptions.define(
        Subscription.of("fast", "**"), Map.of(USER, new Place(positions.getLast(), 2)));
    subscriptions.define(Subscription.of("keeper", "**"), Map.of(USER, Place.BEGINNING));

    assertThat(trimKept("keeper")).isZero();
    assertThat(ids(readAll(USER))).containsExactly("a", "b");
  }

  @Test
  default void whatAKeeperHasPassedStaysWhileItIsYoung() {
    List<Position> positions = Samples.positions(log().append(USER, appends("a")));
    backend()
        .subscriptions()
        .define(Subscription.of("keeper", "**"), Map.of(USER, new Place(positions.getFirst(), 1)));

    assertThat(trimKept("keeper")).isZero();
  }

  @Test
  default void whatIsSettledAboveTheFloorHoldsTheFloor() {
    List<Position> positions = Samples.positions(log().append(USER, appends("a", "b", "c")));
    letPass(Duration.ofMinutes(1));
    var subscriptions = backend().subscriptions();
    subscriptions.define(Subscription.of("gapped", "**"), Map.of(USER, Place.BEGINNING));
    Claim claim =
        subscriptions.claim("gapped", USER, "me", Duration.ofSeconds(9), Optional.empty()).get();
    subscriptions.save(
        claim,
        new Cursor(
            Place.BEGINNING,
            List.of(new Cursor.Range(positions.get(1), positions.get(2), 2)),
            Map.of(),
            Map.of(),
            0));

    assertThat(trimByAge()).isZero();
  }

  @Test
  default void readingWhatIsGoneIsRefusedByName() {
    List<Position> positions = Samples.positions(log().append(USER, appends("a", "b")));
    letPass(Duration.ofMinutes(1));
    log().append(USER, appends("c"));
    trimByAge();

    assertThatThrownBy(() -> log().read(USER, Position.ZERO, 10, ALL_BYTES))
        .isInstanceOf(PositionTrimmed.class);
    assertThatThrownBy(() -> log().read(USER, positions.getFirst(), 10, ALL_BYTES))
        .isInstanceOf(PositionTrimmed.class);
    assertThat(ids(log().read(USER, positions.getLast(), 10, ALL_BYTES))).containsExactly("c");
  }

  @Test
  default void readingWhatIsGoneIsRefusedThoughNothingIsLeft() {
    log().append(USER, appends("a", "b"));
    letPass(Duration.ofMinutes(1));
    trimByAge();

    assertThatThrownBy(() -> log().read(USER, Position.ZERO, 10, ALL_BYTES))
        .isInstanceOf(PositionTrimmed.class);
    assertThat(log().read(USER, log().earliest(USER).position(), 10, ALL_BYTES)).isEmpty();
  }

  @Test
  default void placesAndOrdinalsSurviveTrimming() {
    List<Position> positions = Samples.positions(log().append(USER, appends("a", "b")));
    letPass(Duration.ofMinutes(1));
    Position c = log().append(USER, appends("c")).getFirst().position();
    trimByAge();

    assertThat(log().earliest(USER)).isEqualTo(new Place(positions.get(1), 2));
    assertThat(log().latest(USER)).isEqualTo(new Place(c, 3));
    assertThat(log().size(USER).events()).isEqualTo(1);
    assertThat(log().size(USER).first()).contains(c);

    letPass(Duration.ofMinutes(1));
    trimByAge();
    assertThat(log().earliest(USER)).isEqualTo(new Place(c, 3));
    assertThat(log().latest(USER)).isEqualTo(new Place(c, 3));
    assertThat(log().size(USER).events()).isZero();
  }
}
