package dev.rookery.testkit;

import static dev.rookery.testkit.Samples.BOT;
import static dev.rookery.testkit.Samples.USER;
import static dev.rookery.testkit.Samples.append;
import static dev.rookery.testkit.Samples.appends;
import static dev.rookery.testkit.Samples.event;
import static dev.rookery.testkit.Samples.ids;
import static dev.rookery.testkit.Soon.soon;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Operations.Located;
import dev.rookery.Partition;
import dev.rookery.Payload;
import dev.rookery.Position;
import dev.rookery.spi.Entry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What reading, finding and listening promise. */
public interface ReadContract extends BackendUnderTest {

  @Test
  default void aPartitionNeverUsedReadsAsEmpty() {
    assertThat(log().read(BOT, Position.ZERO, 10, ALL_BYTES)).isEmpty();
  }

  @Test
  default void readingGoesOnAfterAnyPosition() {
    List<Position> positions = Samples.positions(log().append(USER, appends("a", "b", "c", "d")));

    assertThat(ids(log().read(USER, Position.ZERO, ALL, ALL_BYTES)))
        .containsExactly("a", "b", "c", "d");
    assertThat(ids(log().read(USER, positions.get(1), ALL, ALL_BYTES))).containsExactly("c", "d");
    assertThat(log().read(USER, positions.get(3), ALL, ALL_BYTES)).isEmpty();
  }

  @Test
  default void readingStopsAtTheMostEvents() {
    log().append(USER, appends("event-", 10));

    assertThat(log().read(USER, Position.ZERO, 3, ALL_BYTES)).hasSize(3);
    assertThat(log().read(USER, Position.ZERO, 1, ALL_BYTES)).hasSize(1);
  }

  @Test
  default void readingStopsBeforeTheMostBytes() {
    Payload tenKilobytes = Payload.json("\"" + "x".repeat(10_000) + "\"");
    for (int i = 0; i < 10; i++) {
      log().append(USER, List.of(append(event("large-" + i, "bot-1", tenKilobytes))));
    }

    assertThat(log().read(USER, Position.ZERO, ALL, 50_000)).hasSizeBetween(2, 4);
  }

  @Test
  default void readingGivesOneEventHoweverLarge() {
    log().append(USER, appends("a", "b"));

    assertThat(ids(log().read(USER, Position.ZERO, ALL, 1))).containsExactly("a");
  }

  @Test
  default void readingInPiecesMissesNothing() {
    log().append(USER, appends("event-", 1_000));

    List<Entry> read = new ArrayList<>();
    Position after = Position.ZERO;
    for (List<Entry> piece = readOn(after, 7, 3_000);
        !piece.isEmpty();
        piece = readOn(after, 7, 3_000)) {
      read.addAll(piece);
      after = piece.getLast().position();
    }

    assertThat(read).isEqualTo(readAll(USER)).hasSize(1_000);
  }

  @Test
  default void readersNeverSeeAnEventBeforeThoseBeforeIt() {
    int publishers = 4;
    int batches = 40;
    AtomicInteger running = new AtomicInteger(publishers);
    Map<String, Position> acknowledged = new HashMap<>();
    Queue<Entry> followed = new ConcurrentLinkedQueue<>();

    Together.run(
        publishers + 1,
        n -> {
          if (n == publishers) {
            follow(running, followed);
            return n;
          }
          try {
            for (int batch = 0; batch < batches; batch++) {
              var events = appends(n + "/" + batch + "/", 1 + batch % 15);
              var answers = log().append(USER, events);
              synchronized (acknowledged) {
                for (int i = 0; i < events.size(); i++) {
                  acknowledged.put(events.get(i).event().id(), answers.get(i).position());
                }
              }
            }
          } finally {
            running.decrementAndGet();
          }
          return n;
        });

    Map<String, Position> seen = new HashMap<>();
    Position last = Position.ZERO;
    for (Entry entry : followed) {
      assertThat(entry.position()).isGreaterThan(last);
      last = entry.position();
      seen.put(((Entry.Stored) entry).event().id(), last);
    }
    assertThat(seen).isEqualTo(acknowledged);
  }

  /** Reads on and on until nobody appends any more and nothing is left. */
  private void follow(AtomicInteger running, Queue<Entry> followed) {
    Position after = Position.ZERO;
    while (true) {
      boolean last = running.get() == 0;
      List<Entry> batch = readOn(after, 100, ALL_BYTES);
      if (batch.isEmpty() && last) {
        return;
      }
      if (!batch.isEmpty()) {
        followed.addAll(batch);
        after = batch.getLast().position();
      }
    }
  }

  /** What is next; a log that goes back would be read for ever. */
  private List<Entry> readOn(Position after, int events, long bytes) {
    List<Entry> next = log().read(USER, after, events, bytes);
    assertThat(next).allMatch(entry -> entry.position().isAfter(after));
    return next;
  }

  @Test
  default void noneOfThousandsOfEventsIsLost() {
    Together.run(
        2,
        n -> {
          for (int batch = 0; batch < 10; batch++) {
            log().append(USER, appends(n + "/" + batch + "/", 200));
          }
          return n;
        });

    assertThat(ids(readAll(USER))).hasSize(4_000).doesNotHaveDuplicates();
    assertThat(readAll(USER).stream().map(Entry::position).toList()).isSorted();
  }

  @Test
  default void anEventIsFoundByItsId() {
    Partition second = new Partition("user", 1);
    Payload data = Payload.json("{}");
    var mine = append(event("shared", "bot-1", data));
    var its = append(event("shared", "bot-2", data));
    Position first = log().append(USER, List.of(append("other"), mine)).get(1).position();
    Position other = log().append(second, List.of(its)).getFirst().position();

    assertThat(log().find("shared"))
        .containsExactlyInAnyOrder(
            new Located(USER, first, mine.event()), new Located(second, other, its.event()));
    assertThat(log().find("unknown")).isEmpty();
  }

  @Test
  default void listenersHearOfAppendsAtOnceWhereTheBackendWakes() {
    Queue<Partition> heard = new ConcurrentLinkedQueue<>();
    Runnable close = log().listen(heard::add);

    log().append(USER, appends("a"));

    if (backend().capabilities().wakes()) {
      soon().until(() -> heard.contains(USER));
    }
    close.run();
  }

  @Test
  default void whatAListenerHearsOfCanBeRead() {
    Queue<Integer> read = new ConcurrentLinkedQueue<>();
    Queue<Partition> heard = new ConcurrentLinkedQueue<>();
    Runnable close = log().listen(heard::add);
    for (int i = 0; i < 50; i++) {
      heard.clear();
      log().append(USER, appends("event-" + i));
      if (backend().capabilities().wakes()) {
        soon().until(() -> heard.contains(USER));
      }
      read.add(readAll(USER).size());
    }
    close.run();

    assertThat(read).last().isEqualTo(50);
    assertThat(List.copyOf(read)).isSorted().doesNotHaveDuplicates();
  }

  @Test
  default void aClosedListenerHearsNothingMore() {
    Queue<Partition> heard = new ConcurrentLinkedQueue<>();
    Queue<Partition> control = new ConcurrentLinkedQueue<>();
    Runnable close = log().listen(heard::add);
    close.run();
    close.run();
    Runnable closeControl = log().listen(control::add);

    log().append(USER, appends("a"));

    if (backend().capabilities().wakes()) {
      soon().until(() -> control.contains(USER));
    }
    closeControl.run();
    assertThat(heard).isEmpty();
  }
}
