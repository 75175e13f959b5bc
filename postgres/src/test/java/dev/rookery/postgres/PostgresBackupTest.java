package dev.rookery.postgres;

import static dev.rookery.testkit.Samples.USER;
import static dev.rookery.testkit.Soon.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.Address;
import dev.rookery.Backup;
import dev.rookery.DamagedLog;
import dev.rookery.PlaceTaken;
import dev.rookery.RestoreUnfinished;
import dev.rookery.Subscription;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Cursor;
import dev.rookery.spi.Piece;
import dev.rookery.spi.Place;
import dev.rookery.spi.Restoration;
import dev.rookery.spi.Snapshot;
import dev.rookery.testkit.BackupContract;
import dev.rookery.testkit.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups of a log in PostgreSQL. */
@Tag("P1")
class PostgresBackupTest extends BackupContract {
  private static final TestServer SERVER = TestServer.shared();

  @TempDir Path folder;
  private final Map<String, String> schemas = new HashMap<>();

  @Override
  protected String address(String name) {
    return schemas.computeIfAbsent(name, _ -> SERVER.freshSchema());
  }

  private String schema(String name) {
    return PostgresAddress.of(Address.parse(address(name))).schema();
  }

  // ---- while it runs

  @Test
  void noCursorOfABackupIsAheadOfItsEvents() throws Exception {
    assertThat(floorBeyondTheEnd(SnapshotState.ONE_MOMENT)).isNegative();
  }

  @Test
  void aBackupWhoseStatementsSeeEachAMomentOfItsOwnIsFoundOut() throws Exception {
    assertThat(floorBeyondTheEnd("SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ ONLY"))
        .isPositive();
  }

  /**
   * How far the cursor of a backup is beyond its events, if both moved on after the first statement
   * that reads, while the second waits.
   */
  private long floorBeyondTheEnd(String begin) throws Exception {
    try (PostgresBackend backend = (PostgresBackend) open(from());
        Connection other = SERVER.connect();
        Statement statement = other.createStatement()) {
      backend.log().append(USER, Samples.appends("event-", 10));
      backend.subscriptions().define(Subscription.of("all", "**"), Map.of(USER, Place.BEGINNING));
      other.setAutoCommit(false);
      statement.execute("LOCK TABLE " + schema("from") + ".settings");
      FutureTask<Snapshot> taking = new FutureTask<>(() -> backend.snapshot(begin));
      Thread.ofVirtual().start(taking);
      soon().until(this::aSnapshotWaits);
      backend.log().append(USER, Samples.appends("later-", 10));
      backend.subscriptions().rewind("all", Map.of(USER, Tail.place(20)));
      other.commit();
      try (Snapshot snapshot = taking.get()) {
        Cursor cursor =
            snapshot.next().stream()
                .filter(Piece.Progress.class::isInstance)
                .map(piece -> ((Piece.Progress) piece).cursor())
                .findFirst()
                .orElseThrow();
        return cursor.floor().ordinal() - snapshot.partitions().getFirst().last().high();
      }
    }
  }

  private boolean aSnapshotWaits() {
    return SERVER
        .ask(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = '"
                + schema("from")
                + ".settings'::regclass")
        .equals(List.of("1"));
  }

  @Test
  void aBackupThatIsReadSlowlyHoldsNoTransaction() throws Exception {
    try (Backend backend = open(from())) {
      backend.log().append(USER, Samples.appends("event-", 2_000));
      try (Snapshot snapshot = backend.snapshot();
          Connection other = SERVER.connect();
          Statement statement = other.createStatement()) {
        snapshot.next();
        soon().until(() -> openTransactions() == 0);
        other.setAutoCommit(false);
        statement.execute("SELECT count(*) FROM " + schema("from") + ".events");
        assertThat(openTransactions()).as("the control").isPositive();
      }
    }
  }

  /** All of the server: for a moment there may be one of a connection that was just closed. */
  private static int openTransactions() {
    String idle = "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'";
    return Integer.parseInt(SERVER.ask(idle).getFirst());
  }

  @Test
  void aBackupThatIsNotHeardOfAnyMoreHoldsNothing() {
    try (Backend backend = open(from())) {
      backend.log().append(USER, Samples.appends("event-", 2_000));
      try (Snapshot snapshot = backend.snapshot()) {
        snapshot.next();
        SERVER.run("UPDATE " + schema("from") + ".backups SET until = now() - interval '1 s'");
        trimAll(backend);

        assertThat(backend.log().size(USER).events()).isZero();
        SERVER.run("TRUNCATE " + schema("from") + ".events");
        assertThatThrownBy(() -> rest(snapshot))
            .isInstanceOf(DamagedLog.class)
            .hasMessageContaining("make another");
      }
    }
  }

  @Test
  void nothingIsLeftOfABackupThatIsOver() throws IOException {
    try (Backend backend = open(from())) {
      backend.log().append(USER, Samples.appends("event-", 2_000));
      backend.snapshot().close();
      backup(from());
    }

    assertThat(SERVER.ask("SELECT backup FROM " + schema("from") + ".backups")).isEmpty();
  }

  // ---- what comes back

  @Test
  void aBackupOfAFolderBecomesASchemaAndAgainAFolder() throws IOException {
    String before = "file:" + folder.resolve("before");
    String after = "file:" + folder.resolve("after");
    try (Backend backend = open(before)) {
      fill(backend);
    }
    byte[] first = backup(before);
    restore(first, to());
    restore(backup(to()), after);

    List<Piece> then = inMicroseconds(withoutEpochs(pieces(first)));
    assertThat(inMicroseconds(withoutEpochs(pieces(backup(to()))))).isEqualTo(then);
    assertThat(inMicroseconds(withoutEpochs(pieces(backup(after))))).isEqualTo(then);
  }

  /** PostgreSQL knows no nanoseconds of the moments in which it took events. */
  private static List<Piece> inMicroseconds(List<Piece> pieces) {
    return pieces.stream()
        .map(piece ->
            piece instanceof Piece.Stored(var partition, var at, var taken, var event, var content)
                ? new Piece.Stored(partition, at, Times.of(taken).toInstant(), event, content)
                : piece)
        .toList();
  }

  @Test
  void whatIsNoEventKeepsItsPlaceAndItsBytes() throws IOException {
    try (Opened opened = Opened.at(from())) {
      opened.log().append(USER, Samples.appends("event-", 3));
      SERVER.run(
          "UPDATE "
              + schema("from")
              + ".events SET attributes = '[]', data = '\\xff00' WHERE"
              + " position = 2");
    }
    byte[] backup = backup(from());
    restore(backup, to());

    assertThat(pieces(backup)).filteredOn(Piece.Broken.class::isInstance).hasSize(1);
    assertThat(withoutEpochs(pieces(backup(to())))).isEqualTo(withoutEpochs(pieces(backup)));
  }

  // ---- what is not whole

  @Test
  void nothingOpensWhileARestoreIsUnderWayNorTakesItsPlace() throws IOException {
    publish(1, 20);
    byte[] backup = backup(from());
    Backup.Header header = header(backup);
    try (Restoration restoration = begin(to(), header)) {
      restoration.take(pieces(backup));

      assertThatThrownBy(() -> open(to()))
          .isInstanceOf(RestoreUnfinished.class)
          .hasMessageContaining("under way");
      assertThatThrownBy(() -> begin(to(), header))
          .isInstanceOf(PlaceTaken.class)
          .hasMessageContaining("somebody else");
    }
    try (Backend opened = open(to())) {
      assertThat(ids(opened)).as("it was given up").isEmpty();
    }
  }

  @Test
  void whatAKilledProcessRestoredIsGoneAndIsNotedUntilTheNextRestore() throws Exception {
    publish(1, 3_000);
    byte[] backup = backup(from());
    Path file = Files.write(folder.resolve("it.backup"), backup);
    Process process = RestoringProcess.start(file, to());
    try {
      assertThat(process.inputReader().readLine()).isEqualTo("half");
    } finally {
      process.destroyForcibly().waitFor();
    }

    assertThatThrownBy(() -> open(to()))
        .isInstanceOf(RestoreUnfinished.class)
        .hasMessageContaining("restore the backup once more");
    assertThat(SERVER.ask("SELECT id FROM " + schema("to") + ".events")).isEmpty();
    SERVER.run("DELETE FROM " + schema("to") + ".settings");
    try (Backend opened = open(to())) {
      assertThat(ids(opened)).as("the control: it would have").isEmpty();
    }
    SERVER.run("INSERT INTO " + schema("to") + ".settings VALUES ('restoring', '')");
    restore(backup, to());
    try (Backend restored = open(to())) {
      assertThat(ids(restored)).hasSize(3_000);
    }
  }
}
