package dev.rookery.testkit;

import static dev.rookery.testkit.Samples.USER;
import static dev.rookery.testkit.Samples.append;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Event;
import dev.rookery.Operations.Located;
import dev.rookery.Payload;
import dev.rookery.Position;
import dev.rookery.Search;
import dev.rookery.spi.Append;
import dev.rookery.spi.Appended;
import dev.rookery.spi.Entry;
import dev.rookery.spi.EventLog;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What erasing promises. */
public interface ErasureContract extends BackendUnderTest {
  private static Append said(int n) {
    return append(
        new Event(
            "e" + n,
            "user.message.received",
            "bot",
            n % 3 == 0 ? "alice" : "bob",
            Instant.parse("2026-03-01T12:00:00Z").plusMillis(n),
            n % 2 == 0 ? "e" + n : "talk",
            n % 2 == 0 ? Optional.empty() : Optional.of("e0"),
            2,
            Payload.json("{\"text\":\"the secret of " + n + "\"}"),
            Map.of("hops", "3", "subject", "somebody " + n)));
  }

  private List<Event> events() {
    List<Event> events = new ArrayList<>();
    Position after = log().earliest(USER).position();
    while (true) {
      List<Entry> read = log().read(USER, after, 100, 1 << 20);
      if (read.isEmpty()) {
        return events;
      }
      read.forEach(entry -> events.add(((Entry.Stored) entry).event()));
      assertThat(read.getLast().position()).isGreaterThan(after);
      after = read.getLast().position();
    }
  }

  /** Stores events of two keys, and erases one of them. */
  private List<Position> aliceErased(int count) {
    List<Position> positions =
        log()
            .append(USER, IntStream.range(0, count).mapToObj(ErasureContract::said).toList())
            .stream()
            .map(Appended::position)
            .toList();
    eraseAlice(positions);
    return positions;
  }

  private void eraseAlice(List<Position> positions) {
    log()
        .erase(
            USER,
            "alice",
            IntStream.range(0, positions.size())
                .filter(n -> n % 3 == 0)
                .mapToObj(positions::get)
                .toList());
  }

  private static List<Event> expected(int count) {
    return IntStream.range(0, count)
        .mapToObj(n -> n % 3 == 0 ? said(n).event().erased() : said(n).event())
        .toList();
  }

  @Test
  default void anErasedEventKeepsItsPlaceAndItsEnvelopeAndNothingElse() {
    List<Position> positions = aliceErased(10);

    assertThat(events()).isEqualTo(expected(10));
    Event left = events().getFirst();
    assertThat(left.data()).isEqualTo(Payload.EMPTY);
    assertThat(left.attributes()).isEqualTo(Map.of("hops", "3", "erased", "true"));
    assertThat(log().find("e3"))
        .containsExactly(new Located(USER, positions.get(3), said(3).event().erased()));
    assertThat(log().size(USER).events()).isEqualTo(10);
    assertThat(log().latest(USER).position()).isEqualTo(positions.getLast());
    for (int n = 0; n < 10; n++) {
      assertThat(log().after(USER, positions.get(n)).position()).isEqualTo(positions.get(n));
    }
  }

  @Test
  default void whatIsErasedIsFoundByItsKeyAndItsConversation() {
    aliceErased(10);

    assertThat(found(Search.ALL.key("alice"))).containsExactly("e0", "e3", "e6", "e9");
    assertThat(found(Search.ALL.correlation("talk"))).contains("e3", "e9");
  }

  private List<String> found(Search wanted) {
    List<String> ids = new ArrayList<>();
    Position after = log().earliest(USER).position();
    while (true) {
      EventLog.Found part = log().search(USER, wanted, after, 100);
      part.events().forEach(stored -> ids.add(stored.event().id()));
      if (part.end()) {
        return ids;
      }
      after = part.reached();
    }
  }

  @Test
  default void erasingAgainChangesNothing() {
    List<Position> positions = aliceErased(10);
    eraseAlice(positions);

    assertThat(events()).isEqualTo(expected(10));
  }

  @Test
  default void aPositionOfAnotherKeyIsPassedOver() {
    List<Position> positions = aliceErased(10);

    log().erase(USER, "alice", positions);
    log().erase(USER, "nobody", positions);
    log().erase(USER, "alice", List.of(Position.of(1L << 38)));

    assertThat(events()).isEqualTo(expected(10));
  }

  @Test
  default void theLogGoesOnBehindWhatIsErased() {
    List<Position> positions = aliceErased(10);

    Position next = log().append(USER, List.of(said(10))).getFirst().position();

    assertThat(next.isAfter(positions.getLast())).isTrue();
    assertThat(log().read(USER, positions.get(9), 10, 1_000_000))
        .extracting(Entry::position)
        .containsExactly(next);
  }

  @Test
  default void manyAreErasedAtOnce() {
    aliceErased(1_200);

    assertThat(events()).isEqualTo(expected(1_200));
  }

  @Test
  default void anErasedEventIsNotStoredAgainUnderItsId() {
    List<Position> positions = aliceErased(10);

    assertThat(log().append(USER, List.of(said(3))).getFirst().position())
        .isEqualTo(positions.get(3));
    assertThat(events()).isEqualTo(expected(10));
  }

  @Test
  default void anErasureIsThereAfterTheLogIsOpenedAgain() {
    if (backend().capabilities().durability() == dev.rookery.Durability.MEMORY) {
      return;
    }
    aliceErased(10);
    reopen();

    assertThat(events()).isEqualTo(expected(10));
  }
}
