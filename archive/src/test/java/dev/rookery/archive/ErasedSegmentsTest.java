package dev.rookery.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.Event;
import dev.rookery.Partition;
import dev.rookery.Payload;
import dev.rookery.Position;
import dev.rookery.memory.MemoryProvider;
import dev.rookery.spi.Append;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Entry;
import dev.rookery.spi.EventLog;
import dev.rookery.spi.SegmentStore;
import dev.rookery.testkit.ManualEnvironment;
import dev.rookery.testkit.Samples;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an erasure leaves in segments, wherever it ends. */
class ErasedSegmentsTest {
  private static final Partition USER = Samples.USER;
  private static final Pace PACE =
      new Pace(100, 1 << 20, Duration.ofMinutes(10), Duration.ofSeconds(1));

  /** A process that is gone between two steps. */
  private static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  @TempDir private Path folder;
  private final ManualEnvironment environment = new ManualEnvironment(1);
  private final BusConfig config = BusConfig.standard();
  private final Backend live =
      new MemoryProvider().open(Address.parse("memory:" + UUID.randomUUID()), config, environment);

  @AfterEach
  void close() {
    live.close();
  }

  private SegmentStore store() {
    return FileStore.open(folder.resolve("old"), environment);
  }

  private EventLog log(SegmentStore store) {
    return ArchivedBackend.reading(live, store).log();
  }

  private static Append said(int n) {
    Event event =
        Samples.event("e" + n, "bot", Payload.json("{\"text\":\"the secret of %d\"}".formatted(n)));
    return Samples.append(
        new Event(
            event.id(),
            event.type(),
            event.source(),
            n % 7 == 0 ? "alice" : "bob",
            event.time(),
            event.correlation(),
            Optional.empty(),
            1,
            event.data(),
            Map.of()));
  }

  private void append(int from, int until) {
    List<Append> events = new ArrayList<>();
    for (int n = from; n < until; n++) {
      events.add(said(n));
    }
    live.log().append(USER, events);
    environment.advance(Duration.ofSeconds(1));
  }

  private void archive(Consumer<PartitionArchive.Step> steps) {
    PartitionArchive archiver =
        new PartitionArchive(
            USER, live, new Shelf(store()), PACE, Retention.FOR_EVER, environment, steps);
    for (int turn = 0; turn < 100; turn++) {
      archiver.step();
    }
    archiver.release();
  }

  private void archivedAndTrimmed(int count, Consumer<PartitionArchive.Step> steps) {
    Archiver.define(live, config);
    append(0, count);
    archive(steps);
    while (live.log().trim(USER, Optional.empty(), Optional.of(0L)) > 0) {}
  }

  private static List<Position> alices(int count) {
    return Stream.iterate(0, n -> n < count, n -> n + 7).map(n -> Position.of(n + 1)).toList();
  }

  private void erase(SegmentStore store, int count) {
    log(store).erase(USER, "alice", alices(count));
  }

  private static List<Event> expected(int count) {
    return Stream.iterate(0, n -> n < count, n -> n + 1)
        .map(n -> n % 7 == 0 ? said(n).event().erased() : said(n).event())
        .toList();
  }

  private static List<Event> all(EventLog log) {
    List<Event> events = new ArrayList<>();
    Position after = log.earliest(USER).position();
    while (true) {
      List<Entry> more = log.read(USER, after, 77, 1 << 20);
      if (more.isEmpty()) {
        return events;
      }
      more.forEach(entry -> events.add(((Entry.Stored) entry).event()));
      after = more.getLast().position();
    }
  }

  /** What the segments hold, however they overlap. */
  private List<Event> inSegments() {
    Shelf shelf = new Shelf(store());
    List<Event> events = new ArrayList<>();
    for (SegmentName name : shelf.all()) {
      Segment segment = shelf.segment(name);
      for (int row = 0; row < segment.header().count(); row++) {
        events.add(((Entry.Stored) segment.entry(row)).event());
      }
    }
    return events;
  }

  @Test
  void whatIsErasedIsGoneFromSegmentsAndFromTheLog() {
    archivedAndTrimmed(350, step -> {});
    assertThat(live.log().size(USER).events()).isEqualTo(50);
    List<String> names = store().names().stream().sorted().toList();

    erase(store(), 350);

    assertThat(all(log(store()))).isEqualTo(expected(350));
    assertThat(inSegments()).isEqualTo(expected(300));
    assertThat(store().names()).containsExactlyInAnyOrderElementsOf(names);
  }

  @Test
  void anErasureThatIsKilledLeavesWholeSegmentsAndIsEndedByAnother() {
    archivedAndTrimmed(400, step -> {});
    for (int fatal = 0; fatal < 4; fatal++) {
      SegmentStore dying = new DyingStore(store(), new AtomicInteger(fatal));
      assertThatThrownBy(() -> erase(dying, 400)).isInstanceOf(Killed.class);
      List<Event> present = all(log(store()));
      List<Event> erased = expected(400);
      for (int n = 0; n < 400; n++) {
        assertThat(present.get(n)).isIn(said(n).event(), erased.get(n));
      }
    }

    erase(store(), 400);

    assertThat(all(log(store()))).isEqualTo(expected(400));
    assertThat(inSegments()).isEqualTo(expected(400));
  }

  @Test
  void whatIsErasedWhileItIsArchivedIsNotInTheSegment() {
    erasedWhileLearning(() -> erase(store(), 300));

    assertThat(inSegments()).isEqualTo(expected(300));
  }

  @Test
  void withoutTheMarkItWouldBe() {
    erasedWhileLearning(() -> {
      live.log().erase(USER, "alice", alices(300));
      new ErasedSegments(new Shelf(store()), USER, "alice").erase(alices(300));
    });

    assertThat(inSegments()).isNotEqualTo(expected(300));
  }

  /** Erases everything once, when the first segment's events are read and it is not stored yet. */
  private void erasedWhileLearning(Runnable erasure) {
    boolean[] done = new boolean[1];
    archivedAndTrimmed(
        300,
        step -> {
          if (step == PartitionArchive.Step.LEARNED && !done[0]) {
            done[0] = true;
            erasure.run();
          }
        });
  }

  /** A store whose process is gone before or after the n-th piece was put. */
  private record DyingStore(SegmentStore store, AtomicInteger left) implements PassingStore {
    @Override
    public void put(String name, byte[] bytes) {
      step();
      store.put(name, bytes);
      step();
    }

    private void step() {
      if (left.getAndDecrement() == 0) {
        throw new Killed();
      }
    }
  }
}
