package dev.rookery.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.BusConfig;
import dev.rookery.Position;
import dev.rookery.RookeryException;
import dev.rookery.Subscription;
import dev.rookery.archive.PartitionArchive.Step;
import dev.rookery.embedded.FileProvider;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Entry;
import dev.rookery.spi.Environment;
import dev.rookery.spi.EventLog;
import dev.rookery.spi.Place;
import dev.rookery.testkit.Samples;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A process that archives, killed at each of its steps and at any time. */
@Tag("P6")
@Timeout(600)
class KilledArchiverTest {
  private static final int KILLS = Integer.getInteger("rookery.kills", 4);
  private static final int TURN = 3;
  private static final String NEVER = "NEVER";

  @TempDir Path folder;
  private long promised;

  static Stream<String> steps() {
    return Stream.concat(
        Stream.of(Step.values()).filter(step -> step != Step.REMOVED).map(Step::name),
        Stream.of(ArchivingProcess.TRIMMED));
  }

  private Process start(String fatal, int turn, boolean lazy, long keptBytes) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            ArchivingProcess.class.getName(),
            folder.toString(),
            fatal,
            Integer.toString(turn),
            Boolean.toString(lazy),
            Long.toString(keptBytes))
        .redirectError(folder.resolve("process.log").toFile())
        .start();
  }

  /** Takes down what it has receipts for, until it is gone or has so many more. */
  private void listen(Process process, long more) throws IOException {
    BufferedReader says = process.inputReader(StandardCharsets.UTF_8);
    long enough = promised + more;
    String line = says.readLine();
    while (line != null) {
      promised = Long.parseLong(line);
      line = promised < enough ? says.readLine() : null;
    }
  }

  private void runUntilItHalts(String fatal, int turn, boolean lazy) throws Exception {
    runUntilItHalts(start(fatal, turn, lazy, 0));
  }

  private void runUntilItHalts(Process process) throws Exception {
    try {
      listen(process, Long.MAX_VALUE - promised);
      assertThat(process.waitFor()).as("see process.log").isEqualTo(ArchivingProcess.HALTED);
    } finally {
      process.destroyForcibly();
    }
  }

  private void runUntilItIsKilled() throws Exception {
    Process process = start(NEVER, 1, false, 0);
    try {
      listen(process, 500);
      process.waitFor(ThreadLocalRandom.current().nextInt(300), TimeUnit.MILLISECONDS);
      // Not by the process itself, which would close what it has yet to say
      process.toHandle().destroyForcibly();
      listen(process, Long.MAX_VALUE - promised);
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  /** What is in the log and its archive, without anybody who adds to it. */
  private record Found(long events, long first, List<SegmentName> segments) {}

  private Backend live() {
    return new FileProvider()
        .open(ArchivingProcess.log(folder), BusConfig.standard(), Environment.system());
  }

  private Backend archived(Backend live) {
    return ArchivedBackend.reading(live, ArchivingProcess.store(folder));
  }

  private Found found() {
    Backend live = live();
    try (Backend backend = archived(live)) {
      return new Found(
          count(backend.log(), 0),
          live.log().earliest(Samples.USER).ordinal(),
          new Shelf(ArchivingProcess.store(folder)).of(Samples.USER));
    }
  }

  /** Counts the events after a place, which all are where they belong; the last one's number. */
  private static long count(EventLog log, long after) {
    long count = after;
    while (true) {
      List<Entry> more = log.read(Samples.USER, Position.of(count), 1_000, 1 << 20);
      if (more.isEmpty()) {
        return count;
      }
      for (Entry entry : more) {
        count++;
        assertThat(entry.position()).isEqualTo(Position.of(count));
        assertThat(((Entry.Stored) entry).event().id()).isEqualTo("event-" + count);
      }
    }
  }

  private Found nothingIsLost() {
    Found found = found();
    assertThat(found.events).isGreaterThanOrEqualTo(promised);
    return found;
  }

  @ParameterizedTest
  @MethodSource("steps")
  void aProcessThatHaltsAtAStepLosesNothingAndTheNextGoesOn(String fatal) throws Exception {
    runUntilItHalts(fatal, fatal.equals(Step.CLAIMED.name()) ? 1 : TURN, false);
    long before = nothingIsLost().first;

    runUntilItHalts(ArchivingProcess.TRIMMED, TURN, false);

    Found after = nothingIsLost();
    assertThat(after.first).isGreaterThan(before);
    for (int i = 1; i < after.segments.size(); i++) {
      assertThat(after.segments.get(i).before()).isEqualTo(after.segments.get(i - 1).last());
    }
  }

  @Test
  void aProcessThatIsKilledAtAnyTimeLosesNothing() throws Exception {
    // Who is killed may have had no time to archive anything
    runUntilItHalts(ArchivingProcess.TRIMMED, 1, false);
    long first = nothingIsLost().first;
    assertThat(first).isPositive();
    for (int kill = 1; kill <= KILLS; kill++) {
      runUntilItIsKilled();
      Found found = nothingIsLost();
      System.out.printf(
          "kill %d: receipts %d, stored %d, trimmed %d, segments %d, lost 0%n",
          kill, promised, found.events, found.first, found.segments.size());
      assertThat(found.first).isGreaterThanOrEqualTo(first);
      first = found.first;
    }
  }

  /** A subscription that holds what is after the place. */
  private void subscribe(long floor) {
    try (Backend live = live()) {
      live.subscriptions()
          .define(
              Subscription.of("slow", "**"),
              Map.of(Samples.USER, new Place(Position.of(floor), floor)));
    }
  }

  @Test
  void aProcessThatHaltsWhileItRemovesOldSegmentsLeavesAllThatIsNeeded() throws Exception {
    runUntilItHalts(ArchivingProcess.TRIMMED, TURN, false);
    subscribe(250);
    long first = 0;
    for (int turn = 1; turn <= 2; turn++) {
      runUntilItHalts(start(Step.REMOVED.name(), 1, false, 1));
      try (Backend backend = archived(live())) {
        first = backend.log().earliest(Samples.USER).ordinal();
        assertThat(first).isEqualTo(100L * turn);
        assertThat(count(backend.log(), first)).isGreaterThanOrEqualTo(promised);
      }
    }
  }

  /** The seeded bug: the cursor goes ahead of what is stored. */
  @Test
  void aCursorThatIsSavedBeforeTheSegmentIsStoredLosesEvents() throws Exception {
    runUntilItHalts(ArchivingProcess.TRIMMED, TURN, true);

    assertThatThrownBy(this::nothingIsLost)
        .isInstanceOfAny(RookeryException.class, AssertionError.class);
  }
}
