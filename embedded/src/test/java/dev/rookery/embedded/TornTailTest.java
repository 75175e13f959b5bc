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
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A write-ahead file whose last batch, which nobody was told of, reached the disk in part; {@code
 * -Drookery.tornStep=1} cuts it at every byte.
 */
@Tag("P1")
class TornTailTest {
  private static final int SECTOR = 512;
  private static final int STEP = Integer.getInteger("rookery.tornStep", 97);
  private static final int BATCH = 10;
  private static final int LAST = 5 + BATCH;

  @TempDir Path folder;
  private Path acknowledged;
  private byte[] wal = new byte[0];
  private int lastBatch;

  @BeforeEach
  void writeABatchThatNobodyIsToldOf() throws IOException {
    writeABatch(backend -> backend.log().append(USER, numbered(6, LAST)));
  }

  private void writeABatch(Consumer<FileBackend> writing) throws IOException {
    Path living = Files.createTempDirectory(folder, "living");
    try (FileBackend backend = open(living)) {
      appendEach(backend, 1, 5);
      acknowledged = copy(living, folder.resolve("acknowledged"));
      lastBatch = (int) Files.size(living.resolve(WAL));
      writing.accept(backend);
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
    assertThat(found).isIn(idsOf(1, 5), idsOf(1, LAST));
    byte[] database = Files.readAllBytes(folderOfThis.resolve(Store.DATABASE));
    try (FileBackend backend = open(folderOfThis)) {
      assertThat(ids(backend)).isEqualTo(found);
    }
    assertThat(folderOfThis.resolve(Store.DATABASE)).hasBinaryContent(database);
    return found;
  }

  @Test
  void theWholeBatchIsThereWhereItIsWhole() throws IOException {
    assertThat(openedWith(wal)).hasSize(LAST);
  }

  @Test
  void aTailCutAnywhereIsLeftOutAsAWhole() throws IOException {
    int cuts = 0;
    for (int length = lastBatch; length < wal.length; length += STEP) {
      assertThat(openedWith(Arrays.copyOf(wal, length))).hasSize(5);
      cuts++;
    }
    assertThat(openedWith(Arrays.copyOf(wal, wal.length - 1))).hasSize(5);
    System.out.printf("batch of %d bytes, cut %d times%n", wal.length - lastBatch, cuts + 1);
  }

  @Test
  void aZeroedSectorLeavesTheBatchOutAsAWhole() throws IOException {
    for (int sector = lastBatch; sector < wal.length; sector += SECTOR) {
      byte[] torn = wal.clone();
      Arrays.fill(torn, sector, Math.min(sector + SECTOR, wal.length), (byte) 0);
      openedWith(torn);
    }
  }

  @Test
  void garbageInASectorLeavesTheBatchOutAsAWhole() throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    for (int sector = lastBatch; sector < wal.length; sector += SECTOR) {
      byte[] torn = wal.clone();
      byte[] garbage = new byte[Math.min(SECTOR, wal.length - sector)];
      random.nextBytes(garbage);
      System.arraycopy(garbage, 0, torn, sector, garbage.length);
      openedWith(torn);
    }
  }

  /** The seeded bug: a batch that is not one transaction. */
  @Test
  void aBatchThatIsThereInPartIsFoundOut() throws IOException {
    writeABatch(backend -> appendEach(backend, 6, LAST));

    assertThatThrownBy(() -> openedWith(Arrays.copyOf(wal, (lastBatch + wal.length) / 2)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("event-6");
  }
}
