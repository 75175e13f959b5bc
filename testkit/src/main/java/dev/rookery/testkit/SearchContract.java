package dev.rookery.testkit;

import static dev.rookery.testkit.Samples.BOT;
import static dev.rookery.testkit.Samples.USER;
import static dev.rookery.testkit.Samples.append;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Event;
import dev.rookery.Partition;
import dev.rookery.Payload;
import dev.rookery.Position;
import dev.rookery.Search;
import dev.rookery.spi.Append;
import dev.rookery.spi.Entry;
import dev.rookery.spi.EventLog;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What searching promises. */
public interface SearchContract extends BackendUnderTest {
  Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

  private static Append said(String id, String talk, String cause, String source, int minute) {
    return append(
        new Event(
            id,
            "user.message.received",
            source,
            "key of " + source,
            NOON.plus(Duration.ofMinutes(minute)),
            talk,
            cause.isEmpty() ? Optional.empty() : Optional.of(cause),
            1,
            Payload.json("{}"),
            Map.of()));
  }

  private void twoTalks() {
    log()
        .append(
            USER,
            List.of(
                said("talk-1", "talk-1", "", "bot-1", 0),
                said("a", "talk-1", "talk-1", "bot-2", 1),
                said("talk-2", "talk-2", "", "bot-1", 2),
                said("b", "talk-1", "a", "bot-1", 3),
                said("c", "talk-2", "talk-2", "bot-2", 4)));
  }

  /** What a search finds by going on from where it got until the end. */
  private List<String> found(Partition partition, Search wanted, int limit) {
    List<String> ids = new ArrayList<>();
    Position after = log().earliest(partition).position();
    while (true) {
      EventLog.Found part = log().search(partition, wanted, after, limit);
      assertThat(part.events()).hasSizeLessThanOrEqualTo(limit);
      part.events().stream().map(Entry.Stored::event).map(Event::id).forEach(ids::add);
      assertThat(part.end() || part.reached().isAfter(after)).isTrue();
      if (part.end()) {
        return ids;
      }
      after = part.reached();
    }
  }

  private List<String> found(Search wanted) {
    return found(USER, wanted, 100);
  }

  @Test
  default void eventsAreFoundByTheirConversation() {
    twoTalks();

    assertThat(found(Search.ALL.correlation("talk-1"))).containsExactly("talk-1", "a", "b");
    assertThat(found(Search.ALL.correlation("talk-2"))).containsExactly("talk-2", "c");
    assertThat(found(Search.ALL.correlation("a"))).isEmpty();
    assertThat(found(Search.ALL.correlation(""))).isEmpty();
  }

  @Test
  default void eventsAreFoundByCauseSourceKeyAndTime() {
    twoTalks();

    assertThat(found(Search.ALL.causation("talk-2"))).containsExactly("c");
    assertThat(found(Search.ALL.source("bot-2"))).containsExactly("a", "c");
    assertThat(found(Search.ALL.key("key of bot-1"))).containsExactly("talk-1", "talk-2", "b");
    assertThat(found(Search.ALL.between(NOON.plusSeconds(60), NOON.plusSeconds(180))))
        .containsExactly("a", "talk-2");
    assertThat(found(Search.ALL.correlation("talk-1").source("bot-1").causation("a")))
        .containsExactly("b");
    assertThat(found(Search.ALL)).hasSize(5);
  }

  @Test
  default void noEventOfTheTypesThatAreLookedForIsLeftOut() {
    twoTalks();

    assertThat(found(Search.ALL.types("user.message.*").correlation("talk-1")))
        .containsExactly("talk-1", "a", "b");
  }

  @Test
  default void aSearchGoesOnFromWhereItGot() {
    log()
        .append(
            USER,
            IntStream.range(0, 2_500)
                .mapToObj(n -> said("e" + n, "talk-" + n % 3, "", "bot-" + n % 5, n))
                .toList());
    List<String> talk =
        IntStream.range(0, 2_500).filter(n -> n % 3 == 1).mapToObj(n -> "e" + n).toList();
    List<String> bot =
        IntStream.range(0, 2_500).filter(n -> n % 5 == 4).mapToObj(n -> "e" + n).toList();

    assertThat(found(USER, Search.ALL.correlation("talk-1"), 7)).isEqualTo(talk);
    assertThat(found(USER, Search.ALL.correlation("talk-1"), 1_000)).isEqualTo(talk);
    assertThat(found(USER, Search.ALL.source("bot-4"), 7)).isEqualTo(bot);
  }

  @Test
  default void aPartitionFindsItsOwnEventsOnly() {
    log().append(USER, List.of(said("talk", "talk", "", "bot-1", 0)));
    log().append(BOT, List.of(said("effect", "talk", "talk", "bot-1", 0)));
    Search talk = Search.ALL.correlation("talk");

    assertThat(found(USER, talk, 10)).containsExactly("talk");
    assertThat(found(BOT, talk, 10)).containsExactly("effect");
    assertThat(found(new Partition("user", 1), talk, 10)).isEmpty();
  }

  @Test
  default void eventsAreFoundAfterTheLogIsOpenedAgain() {
    if (backend().capabilities().durability() == dev.rookery.Durability.MEMORY) {
      return;
    }
    twoTalks();
    reopen();

    assertThat(found(Search.ALL.correlation("talk-1"))).containsExactly("talk-1", "a", "b");
  }

  @Test
  default void whatIsTrimmedIsNotFound() {
    twoTalks();
    while (log().trim(USER, Optional.empty(), Optional.of(0L)) > 0) {}
    log().append(USER, List.of(said("d", "talk-1", "b", "bot-1", 5)));

    assertThat(found(Search.ALL.correlation("talk-1"))).containsExactly("d");
    assertThat(found(Search.ALL.source("bot-1"))).containsExactly("d");
  }
}
