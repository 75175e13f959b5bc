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

import dev.rookery.AcknowledgedEventsMissing;
import dev.rookery.Position;
import dev.rookery.PositionTrimmed;
import dev.rookery.spi.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Acknowledged events that are no longer there when the log is opened. */
@Tag("P1")
@Tag("P7")
class LostEventsTest {
  @TempDir Path folder;
  private Path killed;

  /** Ten events in the database, twenty more in the write-ahead file, then a kill. */
  @BeforeEach
  void killALog() throws IOException {
    Path living = folder.resolve("living");
    try (FileBackend backend = open(living)) {
      appendEach(backend, 1, 10);
    }
    try (FileBackend backend = open(living)) {
      appendEach(backend, 11, 30);
      killed = copy(living, folder.resolve("killed"));
    }
  }

  private void cutTheWalBy(int bytes) throws IOException {
    byte[] wal = Files.readAllBytes(killed.resolve(WAL));
    Files.write(killed.resolve(WAL), Arrays.copyOf(wal, wal.length - bytes));
  }

  @Test
  void aKilledLogThatIsWholeOpens() {
    try (FileBackend backend = open(killed)) {
      assertThat(ids(backend)).isEqualTo(idsOf(1, 30));
    }
  }

  @Test
  void aWalCutBehindACommitIsNamedWithItsPositions() throws IOException {
    cutTheWalBy(4_096);

    assertThatThrownBy(() -> open(killed))
        .isInstanceOf(AcknowledgedEventsMissing.class)
        .hasMessageContaining("positions 30 to 30 of user/0")
        .hasMessageContaining("?accept=missing");
  }

  @Test
  void aBitFlippedInTheWalIsNamedWithItsPositions() throws IOException {
    byte[] wal = Files.readAllBytes(killed.resolve(WAL));
    wal[wal.length / 2] ^= 4;
    Files.write(killed.resolve(WAL), wal);

    assertThatThrownBy(() -> open(killed))
        .isInstanceOf(AcknowledgedEventsMissing.class)
        .hasMessageContaining("to 30 of user/0");
  }

  @Test
  void aWalThatIsGoneIsNamedWithItsPositions() throws IOException {
    Files.delete(killed.resolve(WAL));

    assertThatThrownBy(() -> open(killed))
        .isInstanceOf(AcknowledgedEventsMissing.class)
        .hasMessageContaining("positions 11 to 30 of user/0");
  }

  @Test
  void aDatabaseThatIsGoneIsNamedWithItsPositions() throws IOException {
    Files.delete(killed.resolve(WAL));
    Files.delete(killed.resolve(Store.DATABASE));

    assertThatThrownBy(() -> open(killed))
        .isInstanceOf(AcknowledgedEventsMissing.class)
        .hasMessageContaining("positions 1 to 30 of user/0");
  }

  @Test
  void aRefusedOpenLetsGoOfTheFolderAndChangesNoByteOfIt() throws IOException {
    byte[] wal = Files.readAllBytes(killed.resolve(WAL));
    byte[] flipped = wal.clone();
    flipped[wal.length / 2] ^= 4;
    Files.write(killed.resolve(WAL), flipped);
    for (int i = 0; i < 3; i++) {
      refusedWithoutAChange();
    }
    Path database = Files.move(killed.resolve(Store.DATABASE), folder.resolve("elsewhere"));
    refusedWithoutAChange();

    Files.move(database, killed.resolve(Store.DATABASE));
    Files.write(killed.resolve(WAL), wal);
    try (FileBackend backend = open(killed)) {
      assertThat(ids(backend)).as("restored").isEqualTo(idsOf(1, 30));
    }
  }

  private void refusedWithoutAChange() throws IOException {
    Path before = copy(killed, Files.createTempDirectory(folder, "before"));
    assertThatThrownBy(() -> open(killed))
        .isInstanceOf(AcknowledgedEventsMissing.class)
        .hasMessageContaining("to 30 of user/0");
    for (String name : List.of(Store.DATABASE, WAL, Store.MARK)) {
      if (Files.exists(before.resolve(name))) {
        assertThat(killed.resolve(name)).hasSameBinaryContentAs(before.resolve(name));
      } else {
        assertThat(killed.resolve(name)).doesNotExist();
      }
    }
  }

  @Test
  void anAcceptedLossIsShownAndItsPositionsAreNotGivenAgain() throws IOException {
    Files.delete(killed.resolve(WAL));

    open("file:" + killed + "?accept=missing", FailPoint.NONE).close();
    try (FileBackend backend = open(killed)) {
      List<Entry> lost = backend.log().read(USER, Position.of(10), 100, Long.MAX_VALUE);
      assertThat(lost)
          .hasSize(20)
          .allSatisfy(entry ->
              assertThat(entry)
                  .isInstanceOfSatisfying(
                      Entry.Broken.class, broken -> assertThat(broken.reason()).contains("lost")));
      assertThat(backend.log().append(USER, numbered(11, 11)).getFirst().position())
          .isEqualTo(Position.of(31));
    }
  }

  @Test
  void theAcceptedLossOfAllIsShownAndItsPositionsAreNotGivenAgain() throws IOException {
    Files.delete(killed.resolve(WAL));
    Files.delete(killed.resolve(Store.DATABASE));

    open("file:" + killed + "?accept=missing", FailPoint.NONE).close();
    try (FileBackend backend = open(killed)) {
      assertThatThrownBy(() -> backend.log().read(USER, Position.of(7), 100, Long.MAX_VALUE))
          .isInstanceOf(PositionTrimmed.class);
      assertThat(backend.log().append(USER, numbered(31, 31)).getFirst().position())
          .isEqualTo(Position.of(31));
    }
  }

  @Test
  void aMarkThatIsGoneIsBegunAnew() throws IOException {
    Files.delete(killed.resolve(Store.MARK));

    try (FileBackend backend = open(killed)) {
      assertThat(ids(backend)).isEqualTo(idsOf(1, 30));
      assertThat(backend.capabilities().weaknesses()).noneMatch(line -> line.contains("mark"));
    }
  }

  @Test
  void aMarkOfWhichNothingIsWholeIsAWeakness() throws IOException {
    byte[] mark = Files.readAllBytes(killed.resolve(Store.MARK));
    Arrays.fill(mark, (byte) 7);
    Files.write(killed.resolve(Store.MARK), mark);

    try (FileBackend backend = open(killed)) {
      assertThat(ids(backend)).isEqualTo(idsOf(1, 30));
      assertThat(backend.capabilities().weaknesses()).anyMatch(line -> line.contains("mark"));
    }
  }
}
