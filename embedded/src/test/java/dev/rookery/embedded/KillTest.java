package dev.rookery.embedded;

import static dev.rookery.embedded.Fixture.copy;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that is killed in the midst of publishing; {@code -Drookery.kills} for a long run. */
@Tag("P1")
@Timeout(600)
class KillTest {
  private static final int KILLS = Integer.getInteger("rookery.kills", 4);

  @TempDir Path folder;

  @Test
  void aKilledProcessLosesNoAcknowledgedEvent() throws Exception {
    Receipts receipts = new Receipts();
    Duration slowest = Duration.ZERO;
    long stored = 0;
    for (int round = 0; round < KILLS; round++) {
      kill(folder, round, Appender.Kind.HONEST, receipts);
      Receipts.Verdict verdict = receipts.check(folder);
      assertThat(verdict.wrong()).isEmpty();
      assertThat(receipts.check(folder).stored()).as("again").isEqualTo(verdict.stored());
      slowest = verdict.opening().compareTo(slowest) > 0 ? verdict.opening() : slowest;
      stored = verdict.stored();
    }
    System.out.printf(
        "kills %d, receipts %d, stored %d, lost 0, moved 0, doubled 0, slowest opening %d ms%n",
        KILLS, receipts.count(), stored, slowest.toMillis());
    assertThat(receipts.count()).isGreaterThan(KILLS * 100);
    assertThat(folder.toFile().list((in, name) -> name.startsWith("sqlite-"))).hasSizeLessThan(3);
  }

  @Test
  void aReceiptBeforeTheCommitIsFoundOut() throws Exception {
    Receipts receipts = new Receipts();
    kill(folder, 0, Appender.Kind.HASTY, receipts);

    assertThat(receipts.check(copy(folder, folder.resolve("killed"))).wrong())
        .anySatisfy(wrong -> assertThat(wrong).contains("is lost"));
  }

  /** Lets an appender give some receipts, more in each round, and kills it. */
  private static void kill(Path folder, int round, Appender.Kind kind, Receipts receipts)
      throws Exception {
    try (Appender appender =
        Appender.start(folder, 1 + round * Appender.ROOM, 16, kind, Map.of())) {
      for (int given = 0; given < 100 + 37 * (round % 20); given++) {
        String line = appender.line();
        assertThat(receipts.note(line)).as(line).isTrue();
      }
      appender.killed().forEach(receipts::note);
    }
  }
}
