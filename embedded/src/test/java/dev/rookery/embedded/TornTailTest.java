package dev.rookery.embedded;

import static dev.rookery.embedded.Fixture.USER;
import static dev.rookery.embedded.Fixture.WAL;
import static dev.rookery.embedded.Fixture.appendEach;
import static dev.rookery.embedded.Fixture.copy;
import static dev.rookery.embedded.Fixture.ids;
import static dev.rookery.embedded.Fixture.idsOf;
import static dev.rookery.embedded.Fixture.numbered;
import static dev.rookery.embedded.Fixture.open;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A write-ahead file whose last batch, which nobody was told of, reached the disk in part. */
class TornTailTest {
  private static final int SECTOR = 512;

  @TempDir Path folder;
  private Path acknowledged;
  private byte[] wal = new byte[0];
  private int lastBatch;

  @BeforeEach
  void writeABatchThatNobodyIsToldOf() throws IOException {
    Path living = folder.resolve("living");
    try (FileBackend backend = open(living)) {
      appendEach(backend, 1, 5);
      acknowledged = copy(living, folder.resolve("acknowledged"));
      lastBatch = (int) Files.size(living.resolve(WAL));
      backend.log().append(USER, numbered(6, 40));
      wal = Files.readAllBytes(living.resolve(WAL));
    }
    assertThat(wal.length).isGreaterThan(lastBatch + 8_000);
  }

  /** Opens twice: the acknowledged are there, and of the batch all or none; nothing changes. */
  private List<String> openedWith(byte[] torn) throws IOException {
    Path folderOfThis = copy(acknowledged, folder.resolve("torn"));
    Files.write(folderOfThis.resolve(WAL), torn);
    List<String> found;
    try (FileBackend backend = open(folderOfThis)) {
      found = ids(backend);
    }
    assertThat(found).isIn(idsOf(1, 5), idsOf(1, 40));
    try (FileBackend backend = open(folderOfThis)) {
      assertThat(ids(backend)).isEqualTo(found);
    }
    return found;
  }

  @Test
  void theWholeBatchIsThereWhereItIsWhole() throws IOException {
    assertThat(openedWith(wal)).hasSize(40);
  }

  @Test
  void aTailCutAnywhereIsLeftOutAsAWhole() throws IOException {
    for (int length = lastBatch; length < wal.length; length += 311) {
      assertThat(openedWith(Arrays.copyOf(wal, length))).hasSize(5);
    }
    assertThat(openedWith(Arrays.copyOf(wal, wal.length - 1))).hasSize(5);
  }

  @Test
  void aZeroedSectorLeavesTheBatchOutAsAWhole() throws IOException {
    for (int sector = lastBatch; sector < wal.length; sector += 2 * SECTOR) {
      byte[] torn = wal.clone();
      Arrays.fill(torn, sector, Math.min(sector + SECTOR, wal.length), (byte) 0);
      openedWith(torn);
    }
  }

  @Test
  void garbageInASectorLeavesTheBatchOutAsAWhole() throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    for (int sector = lastBatch; sector < wal.length; sector += 2 * SECTOR) {
      byte[] torn = wal.clone();
      byte[] garbage = new byte[Math.min(SECTOR, wal.length - sector)];
      random.nextBytes(garbage);
      System.arraycopy(garbage, 0, torn, sector, garbage.length);
      openedWith(torn);
    }
  }
}
