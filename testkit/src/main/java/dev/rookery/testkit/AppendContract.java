package dev.rookery.testkit;

import static dev.rookery.testkit.Samples.BOT;
import static dev.rookery.testkit.Samples.USER;
import static dev.rookery.testkit.Samples.append;
import static dev.rookery.testkit.Samples.appends;
import static dev.rookery.testkit.Samples.event;
import static dev.rookery.testkit.Samples.ids;
import static dev.rookery.testkit.Samples.positions;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Event;
import dev.rookery.Partition;
import dev.rookery.Payload;
import dev.rookery.Position;
import dev.rookery.spi.Append;
import dev.rookery.spi.Appended;
import dev.rookery.spi.Entry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What {@link dev.rookery.spi.EventLog#append} promises. */
@Tag("P1")
@Tag("P2")
public interface AppendContract extends BackendUnderTest {

  @Test
  default void everyEventIsAnsweredWithItsPositionInOrder() {
    List<Appended> answers = log().append(USER, appends("a", "b", "c"));

    assertThat(answers)
        .hasSize(3)
        .allSatisfy(answer ->
            assertThat(answer)
                .isEqualTo(
                    new Appended.Stored(answer.position(), backend().capabilities().durability())));
    assertThat(positions(answers)).isSorted().doesNotHaveDuplicates();
    assertThat(positions(answers)).allMatch(position -> position.isAfter(Position.ZERO));
  }

  @Test
  default void whatWasAppendedIsReadAtItsPositions() {
    List<Append> events = appends("event-", 20);
    List<Appended> answers = new ArrayList<>();
    events.forEach(one -> answers.addAll(log().append(USER, List.of(one))));

    List<Entry> expected = new ArrayList<>();
    for (int i = 0; i < events.size(); i++) {
      expected.add(new Entry.Stored(answers.get(i).position(), events.get(i).event()));
    }
    assertThat(readAll(USER)).isEqualTo(expected);
  }

  @Test
  default void anAppendOfNothingStoresNothing() {
    assertThat(log().append(USER, List.of())).isEmpty();
    assertThat(readAll(USER)).isEmpty();
  }

  @Test
  default void partitionsDoNotMix() {
    Partition second = new Partition("user", 1);
    log().append(USER, appends("first"));
    log().append(second, appends("second"));
    log().append(BOT, appends("third"));

    assertThat(ids(readAll(USER))).containsExactly("first");
    assertThat(ids(readAll(second))).containsExactly("second");
    assertThat(ids(readAll(BOT))).containsExactly("third");
  }

  @Test
  default void everyByteOfAnEventIsKept() {
    for (Event nasty : Samples.nastyEvents()) {
      log().append(USER, List.of(append(nasty)));
    }

    List<Event> read = Samples.events(readAll(USER));

    assertThat(read).containsExactlyElementsOf(Samples.nastyEvents());
  }

  @Test
  default void aBatchOfFiveHundredLargeEventsIsTaken() {
    String data = "\"" + "x".repeat(8 * 1024) + "\"";
    List<Append> batch = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      batch.add(append(event("large-" + i, "bot-1", Payload.json(data))));
    }

    assertThat(log().append(USER, batch)).hasSize(500);
    assertThat(readAll(USER)).hasSize(500);
  }

  @Test
  default void anEventAppendedAgainIsAnsweredWithItsFirstPosition() {
    Position first = log().append(USER, appends("a", "b")).getFirst().position();

    Appended again = log().append(USER, appends("a")).getFirst();

    assertThat(again)
        .isEqualTo(new Appended.Duplicate(first, backend().capabilities().durability()));
    assertThat(ids(readAll(USER))).containsExactly("a", "b");
  }

  @Test
  default void anEventTwiceInOneBatchIsStoredOnce() {
    List<Appended> answers = log().append(USER, appends("a", "b", "a"));

    assertThat(answers.get(2)).isInstanceOf(Appended.Duplicate.class);
    assertThat(answers.get(2).position()).isEqualTo(answers.get(0).position());
    assertThat(ids(readAll(USER))).containsExactly("a", "b");
  }

  @Test
  default void newEventsBesideDuplicatesAreStoredInOrder() {
    log().append(USER, appends("a", "c"));

    List<Appended> answers = log().append(USER, appends("a", "b", "c", "d"));

    assertThat(answers.get(1)).isInstanceOf(Appended.Stored.class);
    assertThat(answers.get(3)).isInstanceOf(Appended.Stored.class);
    assertThat(ids(readAll(USER))).containsExactly("a", "c", "b", "d");
  }

  @Test
  default void theSameIdWithOtherContentIsRefusedAndNotStored() {
    Position first = log().append(USER, appends("a")).getFirst().position();
    Append other = append(event("a", "bot-1", Payload.json("{\"other\":true}")));

    List<Appended> answers = log().append(USER, List.of(append("b"), other, append("c")));

    assertThat(answers.get(1)).isEqualTo(new Appended.Conflict(first));
    assertThat(answers.get(0)).isInstanceOf(Appended.Stored.class);
    assertThat(answers.get(2)).isInstanceOf(Appended.Stored.class);
    assertThat(readAll(USER).getFirst()).isEqualTo(new Entry.Stored(first, append("a").event()));
    assertThat(ids(readAll(USER))).containsExactly("a", "b", "c");
  }

  @Test
  default void otherContentUnderOneIdWithinABatchIsRefused() {
    Append other = append(event("a", "bot-1", Payload.json("{\"other\":true}")));

    List<Appended> answers = log().append(USER, List.of(append("a"), other));

    assertThat(answers.get(1)).isEqualTo(new Appended.Conflict(answers.get(0).position()));
    assertThat(ids(readAll(USER))).containsExactly("a");
  }

  @Test
  default void theSameIdFromAnotherSourceIsAnotherEvent() {
    Payload data = Payload.json("{}");
    log().append(USER, List.of(append(event("a", "bot-1", data))));

    Appended other = log().append(USER, List.of(append(event("a", "bot-2", data)))).getFirst();

    assertThat(other).isInstanceOf(Appended.Stored.class);
    assertThat(readAll(USER)).hasSize(2);
  }

  @Test
  default void anIdIsRememberedForTheWholeWindow() {
    Position first = log().append(USER, appends("a")).getFirst().position();
    letPass(config().idWindow().minusSeconds(1));
    log().append(USER, appends("b"));

    Appended again = log().append(USER, appends("a")).getFirst();

    assertThat(again).isInstanceOf(Appended.Duplicate.class);
    assertThat(again.position()).isEqualTo(first);
  }

  @Test
  default void anIdIsRememberedThoughItsEventIsGone() {
    Position first = log().append(USER, appends("a")).getFirst().position();
    letPass(Duration.ofSeconds(10));
    log().append(USER, appends("b"));
    log().trim(USER, Optional.of(Duration.ofSeconds(5)), Optional.empty());

    Appended again = log().append(USER, appends("a")).getFirst();

    assertThat(again).isInstanceOf(Appended.Duplicate.class);
    assertThat(again.position()).isEqualTo(first);
    assertThat(ids(readAll(USER))).containsExactly("b");
  }

  @Test
  default void sixteenCopiesAtOnceAreStoredOnce() {
    List<Append> batch = appends("copy-", 50);

    List<List<Appended>> answers = Together.run(16, n -> log().append(USER, batch));

    Set<List<Position>> positions = new HashSet<>();
    answers.forEach(each -> positions.add(positions(each)));
    assertThat(positions).hasSize(1);
    assertThat(answers.stream().flatMap(List::stream))
        .filteredOn(Appended.Stored.class::isInstance)
        .hasSize(50);
    assertThat(ids(readAll(USER))).hasSize(50).doesNotHaveDuplicates();
  }

  @Test
  default void aBatchStandsTogetherWhateverOthersAppend() {
    Together.run(
        4,
        n -> {
          for (int batch = 0; batch < 20; batch++) {
            log().append(USER, appends(n + "/" + batch + "/", 10));
          }
          return n;
        });

    List<String> ids = ids(readAll(USER));
    assertThat(ids).hasSize(800);
    for (int i = 0; i < ids.size(); i++) {
      assertThat(ids.get(i)).endsWith("/" + i % 10);
      assertThat(batchOf(ids.get(i))).isEqualTo(batchOf(ids.get(i - i % 10)));
    }
  }

  private static String batchOf(String id) {
    return id.substring(0, id.lastIndexOf('/'));
  }

  @Test
  default void positionsAreNeverGivenTwiceEvenWhenEverythingIsTrimmed() {
    Position last = log().append(USER, appends("a", "b")).getLast().position();
    letPass(Duration.ofMinutes(1));
    while (log().trim(USER, Optional.of(Duration.ofSeconds(1)), Optional.empty()) > 0) {}

    Position next = log().append(USER, appends("c")).getFirst().position();

    assertThat(next).isGreaterThan(last);
    assertThat(ids(readAll(USER))).containsExactly("c");
  }
}
