package dev.rookery.embedded;

import static dev.rookery.embedded.Fixture.copy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.testkit.DiskStep;
import dev.rookery.testkit.Platter;
import dev.rookery.testkit.RecordingDisk;
import dev.rookery.testkit.RecordingDisk.Fault;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A process that publishes on a new log until one sync fails, whose pages the kernel then forgets:
 * all syncs after it succeed.
 */
@Tag("P1")
@Tag("P2")
@Tag("nightly")
@Timeout(600)
class FailingSyncTest {
  @TempDir Path folder;
  private final long seed = Long.getLong("rookery.seed", System.nanoTime());
  private RecordingDisk disk;

  @BeforeEach
  void compile() throws Exception {
    disk = RecordingDisk.compile(folder, Fixture.FILES);
  }

  /** What a process said and did, and the folder that it left. */
  private record Life(Path folder, List<String> said, List<DiskStep> steps) {
    int failure() {
      return steps.stream().map(DiskStep::kind).toList().indexOf(DiskStep.Kind.NOT_SYNCED);
    }

    boolean wasReady() {
      return said.stream().anyMatch(line -> line.startsWith("ready"));
    }
  }

  /** A life up to its own end, or to so many receipts. */
  private Life live(Path living, Fault fault, int receipts) throws IOException {
    Files.createDirectories(living);
    Path journal = living.resolveSibling(living.getFileName() + "-journal");
    try (Appender appender =
        Appender.start(
            living, 1, 16, Appender.Kind.HONEST, disk.environment(living, journal, fault))) {
      List<String> said = appender.lines().limit(receipts).toList();
      appender.kill();
      return new Life(living, said, DiskStep.read(journal));
    }
  }

  private List<String> check(Life life, Path log) throws IOException {
    return new Receipts()
        .with(life.said)
        .check(copy(log, Files.createTempDirectory(folder, "opened")))
        .wrong();
  }

  /** What the power would have left after so many steps. */
  private Path cut(List<DiskStep> steps, double arriving) throws IOException {
    Path nothing = Files.createTempDirectory(folder, "nothing");
    return new Platter(nothing, Fixture.FILES, new SplittableRandom(seed), arriving)
        .after(steps)
        .cutInto(Files.createTempDirectory(folder, "left"));
  }

  @ParameterizedTest
  @CsvSource({"rookery.db-wal,5,20", "rookery.db-wal,28,20", "rookery.db,5,3", "rookery.db,28,3"})
  void nothingIsAcknowledgedAfterItAndNothingThatWasIsLost(String file, int error, int calls)
      throws Exception {
    int receipts = 0;
    int unopened = 0;
    for (int call = 1; call <= calls; call++) {
      Life life =
          live(folder.resolve("call-" + call), Fault.at(file, error, call), Integer.MAX_VALUE);
      String what = "seed " + seed + ", call " + call + " of " + file;
      assertThat(life.failure()).as(what).isPositive();
      assertThat(life.said).as(what).doesNotContain("ready true");

      List<DiskStep> before = life.steps.subList(0, life.failure());
      assertThat(check(life, cut(before, 0))).as("acknowledged before it, " + what).isEmpty();
      assertThat(check(life, life.folder)).as("restarted, " + what).isEmpty();
      assertThat(check(life, cut(life.steps, 0.5))).as("power cut, " + what).isEmpty();
      receipts += new Receipts().with(life.said).count();
      unopened += life.wasReady() ? 0 : 1;
    }
    System.out.printf(
        "%s error %d: calls %d (%d while opening), receipts %d, after the failure 0, lost 0%n",
        file, error, calls, unopened, receipts);
  }

  /** The seeded bug: a failure that the log does not hear of is one that it does not heed. */
  @Test
  void aLogThatGoesOnAfterItIsFoundOut() throws Exception {
    Life life = live(folder.resolve("on"), Fault.at(Fixture.WAL, Fault.UNTOLD, 10), 500);

    List<String> wrong = check(life, cut(life.steps, 0));

    System.out.printf("receipts 500, complaints %d%n", wrong.size());
    assertThat(wrong).isNotEmpty();
  }

  @Test
  void theDiskSeesEveryByteThatTheLogWrites() throws Exception {
    Life life =
        live(folder.resolve("seen"), Fault.at(Fixture.WAL, Fault.EIO, 50), Integer.MAX_VALUE);
    List<DiskStep> unseen = new ArrayList<>(life.steps);
    unseen.removeIf(step -> step.kind() == DiskStep.Kind.WRITTEN);

    assertThat(contents(cut(life.steps, 1))).isEqualTo(contents(life.folder)).hasSize(2);
    assertThat(contents(cut(unseen, 1))).as("control").isNotEqualTo(contents(life.folder));
  }

  private static Map<String, ByteBuffer> contents(Path folder) throws IOException {
    Map<String, ByteBuffer> contents = new TreeMap<>();
    for (String name : Fixture.FILES) {
      if (Files.exists(folder.resolve(name))) {
        contents.put(name, ByteBuffer.wrap(Files.readAllBytes(folder.resolve(name))));
      }
    }
    return contents;
  }
}
