package dev.rookery.embedded;

import static dev.rookery.embedded.Fixture.USER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.Payload;
import dev.rookery.spi.Append;
import dev.rookery.spi.Appended;
import dev.rookery.spi.EventLog;
import dev.rookery.testkit.ManualEnvironment;
import dev.rookery.testkit.Samples;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What trimming and checkpoints leave on the disk. */
@Tag("P6")
class TrimTest {
  /** So many that one of them is in the midst of reading at any time. */
  private static final int READERS = 4;

  @TempDir Path folder;
  private final ManualEnvironment environment = new ManualEnvironment(1);

  private FileBackend openWithWindow(Duration window) {
    return FileBackend.open(
        Address.parse("file:" + folder),
        BusConfig.standard().idWindow(window),
        environment,
        FailPoint.NONE);
  }

  private static void trimAll(EventLog log) {
    while (log.trim(USER, Optional.empty(), Optional.of(0L)) > 0) {}
  }

  private static long rows(FileBackend backend, String table) {
    return backend
        .readers()
        .read(session -> session.first(row -> row.getLong(1), "SELECT count(*) FROM " + table))
        .orElseThrow();
  }

  @Test
  void idsOutliveTheirEventsForTheWindowAndNoLonger() {
    try (FileBackend backend = openWithWindow(Duration.ofMinutes(10))) {
      backend.log().append(USER, Samples.appends("event-", 2_500));
      trimAll(backend.log());
      assertThat(rows(backend, "events")).isZero();
      assertThat(rows(backend, "ids")).isEqualTo(2_500);
      assertThat(backend.log().append(USER, Samples.appends("event-7")).getFirst())
          .isInstanceOf(Appended.Duplicate.class);

      environment.advance(Duration.ofMinutes(11));
      for (int slice = 0; slice < 3; slice++) {
        backend.log().trim(USER, Optional.empty(), Optional.of(0L));
      }

      assertThat(rows(backend, "ids")).isZero();
      assertThat(rows(backend, "orphan_ids")).isZero();
      assertThat(backend.log().append(USER, Samples.appends("event-7")).getFirst())
          .isInstanceOf(Appended.Stored.class);
    }
  }

  @Test
  void idsOfOldEventsGoWithThem() {
    try (FileBackend backend = openWithWindow(Duration.ofMinutes(10))) {
      backend.log().append(USER, Samples.appends("event-", 2_500));
      environment.advance(Duration.ofMinutes(11));

      trimAll(backend.log());

      assertThat(rows(backend, "ids")).isZero();
      assertThat(rows(backend, "orphan_ids")).isZero();
    }
  }

  @Test
  void aSizeThatWasCountedIsTheSizeThatIsDerived() {
    EventLog.PartitionSize counted;
    try (FileBackend backend = openWithWindow(Duration.ZERO)) {
      backend.log().append(USER, Samples.appends("a-", 700));
      environment.advance(Duration.ofMinutes(1));
      backend.log().append(USER, Samples.appends("b-", 700));
      backend.log().trim(USER, Optional.of(Duration.ofSeconds(30)), Optional.empty());
      counted = backend.log().size(USER);
      assertThat(counted.events()).isEqualTo(700);
    }
    try (FileBackend backend = openWithWindow(Duration.ZERO)) {
      assertThat(backend.log().size(USER)).isEqualTo(counted);
      trimAll(backend.log());
      assertThat(backend.log().size(USER).bytes()).isZero();
    }
  }

  @Test
  void theWalStaysSmallWhileSomebodyReads() throws Exception {
    try (FileBackend backend = openWithWindow(Duration.ofMinutes(10))) {
      AtomicBoolean done = new AtomicBoolean();
      List<Thread> readers = new ArrayList<>();
      for (int i = 0; i < READERS; i++) {
        readers.add(Thread.ofPlatform().start(() -> readAll(backend.log(), done)));
      }
      for (int batch = 0; batch < 120; batch++) {
        backend.log().append(USER, large(batch));
      }
      done.set(true);
      for (Thread reader : readers) {
        reader.join();
      }

      // A file that was never begun anew holds every page at least once
      assertThat(Files.size(folder.resolve(Fixture.WAL)))
          .isLessThan(backend.log().size(USER).bytes());
    }
  }

  private static void readAll(EventLog log, AtomicBoolean done) {
    while (!done.get()) {
      log.read(USER, log.earliest(USER).position(), 100, Long.MAX_VALUE);
    }
  }

  private static List<Append> large(int batch) {
    Payload data = Payload.json("\"" + "x".repeat(10_000) + "\"");
    return IntStream.range(0, 100)
        .mapToObj(n -> Samples.append(Samples.event(batch + "-" + n, "bot-1", data)))
        .toList();
  }
}
