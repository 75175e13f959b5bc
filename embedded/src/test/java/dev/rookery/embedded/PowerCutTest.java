package dev.rookery.embedded;

import static dev.rookery.embedded.Fixture.copy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.testkit.DiskStep;
import dev.rookery.testkit.Platter;
import dev.rookery.testkit.RecordingDisk;
import dev.rookery.testkit.RecordingDisk.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes that publish until the power is cut, {@code -Drookery.powerCuts} of them, each on what
 * the cut before left. What each did is also cut at other moments, and what that leaves is judged
 * alike.
 */
@Tag("P1")
@Tag("nightly")
@Timeout(1_800)
class PowerCutTest {
  private static final int ROUNDS = Integer.getInteger("rookery.powerCuts", 10);
  private static final int CUTS = 5;
  private static final List<Double> ARRIVING = List.of(0.0, 0.1, 0.5, 0.9);

  @TempDir Path folder;
  private final long seed = Long.getLong("rookery.seed", System.nanoTime());
  private final SplittableRandom random = new SplittableRandom(seed);
  private RecordingDisk disk;
  private Path state;
  private Receipts receipts = new Receipts();
  private final List<String> wrong = new ArrayList<>();
  private long lost;
  private long syncs;
  private long slowest;

  @BeforeEach
  void prepare() throws Exception {
    disk = RecordingDisk.compile(folder, Fixture.FILES);
    state = Files.createDirectories(folder.resolve("state"));
  }

  /** What happened until a process that publishes on a copy of the state was killed. */
  private List<DiskStep> publish(int round, int number, Fault fault) throws IOException {
    Path living = copy(state, folder.resolve("living-" + round));
    Path journal = folder.resolve("journal-" + round);
    try (Appender appender =
        Appender.start(
            living,
            1 + round * Appender.ROOM,
            16,
            Appender.Kind.HONEST,
            disk.environment(living, journal, fault))) {
      for (int given = 0; given < number; given++) {
        assertThat(appender.line()).matches("event-\\d+ \\d+");
      }
      appender.kill();
    }
    return DiskStep.read(journal);
  }

  /** Any moment, or one while the write-ahead file is copied into the database. */
  private int moment(List<DiskStep> steps) {
    List<Integer> moments =
        IntStream.range(0, steps.size())
            .filter(step -> steps.get(step).file().equals(Store.DATABASE))
            .boxed()
            .toList();
    return moments.isEmpty() || random.nextBoolean()
        ? random.nextInt(steps.size())
        : moments.get(random.nextInt(moments.size()));
  }

  /** Cuts the power when so much had happened, and judges what it leaves. */
  private Path cut(List<DiskStep> happened) throws IOException {
    double arriving = ARRIVING.get(random.nextInt(ARRIVING.size()));
    Path left =
        new Platter(state, Fixture.FILES, random.split(), arriving)
            .after(happened)
            .cutInto(Files.createTempDirectory(folder, "left"));
    Receipts given = receipts.with(DiskStep.said(happened));
    Receipts.Verdict verdict = given.check(copy(left, Files.createTempDirectory(folder, "opened")));
    lost += verdict.lost();
    wrong.addAll(verdict.wrong());
    slowest = Math.max(slowest, verdict.opening().toMillis());
    return left;
  }

  @Test
  void nothingAcknowledgedIsLost() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      List<DiskStep> steps = publish(round, 200 + 400 * (round % 8), Fault.NONE);
      for (int cut = 1; cut < CUTS; cut++) {
        cut(steps.subList(0, moment(steps)));
      }
      Path left = cut(steps);
      receipts = receipts.with(DiskStep.said(steps));
      state = left;
      syncs += steps.stream().filter(step -> step.kind() == DiskStep.Kind.SYNCED).count();
      assertThat(wrong).as("seed %d, round %d", seed, round).isEmpty();
    }
    report(ROUNDS * CUTS);
    assertThat(syncs).isGreaterThan(ROUNDS * 10L);
  }

  /** The seeded bug: syncs that are not done, and answered as if they were. */
  @Test
  void aLogThatDoesNotSyncIsFoundOut() throws Exception {
    cut(publish(0, 500, Fault.untold(Fixture.WAL)));

    report(1);
    assertThat(lost).isPositive();
  }

  private void report(int cuts) {
    System.out.printf(
        "seed %d: cuts %d, receipts %d, syncs %d, lost %d, complaints %d, slowest opening %d ms%n",
        seed, cuts, receipts.count(), syncs, lost, wrong.size(), slowest);
  }
}
