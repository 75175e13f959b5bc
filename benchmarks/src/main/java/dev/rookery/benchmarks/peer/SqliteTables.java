package dev.rookery.benchmarks.peer;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteConfig.TempStore;

/** The database with the tables and settings of the embedded log. */
record SqliteTables(Path file) {
  private static final int CHECKPOINT_PAGES = 4_000;
  private static final int JOURNAL_LIMIT_BYTES = 64 << 20;
  private static final int BUSY_MILLIS = 5_000;
  private static final String EVENTS =
      """
      CREATE TABLE events (
        place     INTEGER PRIMARY KEY,
        stored_at INTEGER NOT NULL,
        total     INTEGER NOT NULL,
        checksum  INTEGER NOT NULL,
        id        TEXT NOT NULL,
        source    TEXT NOT NULL,
        body      BLOB NOT NULL
      )
      """;
  private static final String IDS =
      """
      CREATE TABLE ids (
        id      TEXT NOT NULL,
        source  TEXT NOT NULL,
        number  INTEGER NOT NULL,
        place   INTEGER NOT NULL,
        content BLOB NOT NULL,
        PRIMARY KEY (id, source, number)
      ) WITHOUT ROWID
      """;

  void create() throws SQLException {
    try (Connection connection = open(2 << 10);
        Statement statement = connection.createStatement()) {
      statement.execute(EVENTS);
      statement.execute(IDS);
    }
  }

  Connection open(int cacheKib) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(JournalMode.WAL);
    config.setSynchronous(SynchronousMode.FULL);
    config.setPragma(SQLiteConfig.Pragma.WAL_AUTOCHECKPOINT, Integer.toString(CHECKPOINT_PAGES));
    config.setJournalSizeLimit(JOURNAL_LIMIT_BYTES);
    config.setBusyTimeout(BUSY_MILLIS);
    config.setTempStore(TempStore.MEMORY);
    config.setPragma(SQLiteConfig.Pragma.CACHE_SIZE, Integer.toString(-cacheKib));
    return config.createConnection("jdbc:sqlite:" + file);
  }
}
