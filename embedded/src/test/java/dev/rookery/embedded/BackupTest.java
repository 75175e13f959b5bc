package dev.rookery.embedded;

import static dev.rookery.embedded.Fixture.USER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.BackupDamaged;
import dev.rookery.DamagedLog;
import dev.rookery.Draft;
import dev.rookery.EpochChanged;
import dev.rookery.EventBus;
import dev.rookery.PlaceTaken;
import dev.rookery.Position;
import dev.rookery.RestoreUnfinished;
import dev.rookery.Start;
import dev.rookery.backup.BackupReader;
import dev.rookery.spi.Environment;
import dev.rookery.spi.Piece;
import dev.rookery.spi.Restoration;
import dev.rookery.spi.Snapshot;
import dev.rookery.testkit.BackupContract;
import dev.rookery.testkit.Samples;
import dev.rookery.testkit.SmallDisk;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Backups of a log that goes on, and logs that are made of them. */
@Tag("P1")
@Timeout(900)
class BackupTest extends BackupContract {
  @TempDir Path folder;

  @Override
  protected String address(String name) {
    return "file:" + folder.resolve(name);
  }

  private Path source() {
    return folder.resolve("from");
  }

  private Path target() {
    return folder.resolve("to");
  }

  @Test
  void trimmingThatKnowsOfNoBackupIsFoundOut() {
    try (FileBackend backend = Fixture.open(source())) {
      backend.log().append(USER, Samples.appends("event-", 2_000));
      try (Snapshot snapshot = backend.snapshot()) {
        snapshot.next();
        PartitionState state = partition(backend);
        backend
            .writer()
            .write(
                new TrimSlice(
                    state,
                    Optional.empty(),
                    Optional.of(0L),
                    Optional.empty(),
                    Duration.ofMinutes(10),
                    Environment.system(),
                    new Holds()));

        assertThatThrownBy(() -> rest(snapshot)).isInstanceOf(DamagedLog.class);
      }
    }
  }

  /** The log's own state, by way of what it does not hide. */
  private static PartitionState partition(FileBackend backend) {
    return backend.partitions().find(USER).orElseThrow();
  }

  @Test
  void aSlowReaderDoesNotLetTheWriteAheadFileGrow() throws IOException {
    try (FileBackend backend = Fixture.open(source())) {
      backend.log().append(USER, Samples.appends("event-", 10));
      long whileRead;
      try (Snapshot snapshot = backend.snapshot()) {
        fill(backend, 0);
        whileRead = walBytes();
        assertThat(rest(snapshot)).isEqualTo(10);
      }
      long whileHeld;
      try (Session held = Session.reading(backend.database())) {
        held.execute("BEGIN");
        held.first(row -> row.getLong(1), "SELECT count(*) FROM events");
        fill(backend, 1);
        whileHeld = walBytes();
      } catch (java.sql.SQLException e) {
        throw new IOException(e);
      }
      System.out.printf(
          "write-ahead file while a backup is read slowly %d kB, under one transaction %d kB%n",
          whileRead / 1_000, whileHeld / 1_000);
      assertThat(whileRead).isLessThan(50_000_000);
      assertThat(whileHeld).as("the control").isGreaterThan(60_000_000);
    }
  }

  private long walBytes() throws IOException {
    return Files.size(source().resolve(Fixture.WAL));
  }

  /** About 80 MB. */
  private static void fill(FileBackend backend, int round) {
    String text = "x".repeat(8_000);
    for (int batch = 0; batch < 100; batch++) {
      List<dev.rookery.spi.Append> appends = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        String id = "fill-" + round + "-" + batch + "-" + i;
        appends.add(
            Samples.append(Samples.event(id, "bot", dev.rookery.Payload.json("\"" + text + "\""))));
      }
      backend.log().append(USER, appends);
    }
  }

  @Test
  void aFolderThatWasPutBackByHandIsNoticedToo() throws IOException {
    publish(1, 10);
    Path old = Fixture.copy(source(), target());
    publish(11, 20);
    Start known = new Start.After(readAfter(from(), Start.earliest()).next());

    assertThatThrownBy(() -> readAfter("file:" + old, known)).isInstanceOf(EpochChanged.class);
    try (FileBackend backend = Fixture.open(old)) {
      assertThatThrownBy(() -> backend.log().read(USER, Position.of(20), 1, 1))
          .isInstanceOf(EpochChanged.class);
    }
  }

  @Test
  void aFlippedBitIsRefusedOrMeansNothing() throws IOException {
    publish(1, 60);
    byte[] backup = backup(from());
    List<Piece> then = pieces(backup);
    int refused = 0;
    int harmless = 0;
    for (int at = 0; at < backup.length; at++) {
      byte[] flipped = backup.clone();
      flipped[at] ^= (byte) (1 << at % 8);
      try {
        assertThat(pieces(flipped)).as("byte %d", at).isEqualTo(then);
        harmless++;
      } catch (BackupDamaged named) {
        assertThat(named).hasMessageMatching("(?s).*(line \\d+|no backup).*");
        refused++;
      }
    }
    System.out.printf(
        "bytes %d, a bit of each flipped: refused %d, of no meaning %d%n",
        backup.length, refused, harmless);
    // Ten or so: gzip's unused header fields, padding, and by chance codes that are never used or a
    // distance to the same text.
    assertThat(harmless).as("of no meaning").isLessThan(backup.length / 100);
  }

  @Test
  void aBackupThatIsCutAnywhereIsRefused() throws IOException {
    publish(1, 20);
    byte[] backup = backup(from());

    for (int length = 0; length < backup.length; length++) {
      byte[] cut = Arrays.copyOf(backup, length);
      assertThatThrownBy(() -> pieces(cut))
          .as("%d bytes", length)
          .isInstanceOf(BackupDamaged.class);
    }
  }

  @Test
  void aDamagedBackupLeavesNothing() throws IOException {
    publish(1, 3_000);
    byte[] backup = backup(from());
    backup[backup.length * 3 / 4] ^= 1;

    assertThatThrownBy(() -> restore(backup, to())).isInstanceOf(BackupDamaged.class);
    assertThat(target()).isEmptyDirectory();
  }

  @Test
  void nothingOpensWhatARestoreLeftUnfinished() throws IOException {
    publish(1, 20);
    byte[] backup = backup(from());
    try (BackupReader reader = new BackupReader(new ByteArrayInputStream(backup));
        Restoration restoration = begin(to(), reader.header())) {
      restoration.take(reader.next());
      Path killed = Fixture.copy(target(), folder.resolve("killed"));
      Files.copy(target().resolve("restoring"), killed.resolve("restoring"));

      assertThatThrownBy(() -> Fixture.open(killed))
          .isInstanceOf(RestoreUnfinished.class)
          .hasMessageContaining("remove the folder");
      assertThatThrownBy(() -> restore(backup, "file:" + killed)).isInstanceOf(PlaceTaken.class);
      Files.delete(killed.resolve("restoring"));
      try (FileBackend opened = Fixture.open(killed)) {
        assertThat(Fixture.ids(opened)).as("the control: it would have").hasSize(20);
      }
    }
  }

  @Test
  void noBackupIsMadeOfADamagedLog() throws Exception {
    publish(1, 20);
    try (Session session = Session.writing(source().resolve(Store.DATABASE))) {
      session.update("UPDATE events SET body = x'0102' WHERE place & 0xffff = 7");
      session.commit();
    }

    assertThatThrownBy(() -> backup(from()))
        .isInstanceOf(DamagedLog.class)
        .hasMessageContaining("position 7 of user/0");
  }

  @Test
  @Tag("nightly")
  void aDiskWithoutRoomIsNamedAndLeftAsItWas() throws Exception {
    try (EventBus bus = EventBus.open(from())) {
      for (int i = 0; i < 2_000; i++) {
        bus.publish(Draft.of("user.said", "\"" + "x".repeat(8_000) + i + "\"").source("b"));
      }
    }
    byte[] backup = backup(from());
    try (SmallDisk disk = SmallDisk.mount(folder.resolve("small"), 8)) {
      assertThatThrownBy(() -> restore(backup, "file:" + disk.log()))
          .isInstanceOf(dev.rookery.LogFull.class)
          .hasMessageContaining("does not fit");
      assertThat(disk.log()).isEmptyDirectory();
    }
  }
}
