package dev.rookery.embedded;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;

/** A connection with its prepared statements, for one thread at a time. */
final class Session implements AutoCloseable {
  /** How long the writer waits for readers at a checkpoint. */
  private static final int WRITER_BUSY_MILLIS = 1_000;

  private static final int READER_BUSY_MILLIS = 5_000;
  private static final int JOURNAL_LIMIT_BYTES = 64 * 1024 * 1024;

  private final Connection connection;
  private final Map<String, PreparedStatement> statements = new HashMap<>();

  /** Makes something of the row that the results stand at. */
  interface Row<T> {
    T read(ResultSet row) throws SQLException;
  }

  private interface Use<T> {
    T of(PreparedStatement statement) throws SQLException;
  }

  private Session(Connection connection) {
    this.connection = connection;
  }

  /**
   * The session that writes. It always is in a transaction: {@link #commit} and {@link #rollback}
   * end one and begin the next.
   */
  static Session writing(Path file) throws SQLException {
    SQLiteConfig config = config(WRITER_BUSY_MILLIS);
    config.setCacheSize(-16 * 1024);
    Session session = new Session(config.createConnection("jdbc:sqlite:" + file));
    // What is let go of is overwritten with zeros, so that no erased payload stays in the file
    session.execute("PRAGMA secure_delete = ON");
    session.connection.setAutoCommit(false);
    return session;
  }

  /** A session that reads; each query sees the last commit before it began. */
  static Session reading(Path file) throws SQLException {
    SQLiteConfig config = config(READER_BUSY_MILLIS);
    config.setPragma(SQLiteConfig.Pragma.CACHE_SIZE, "-2048");
    Session session = new Session(config.createConnection("jdbc:sqlite:" + file));
    session.execute("PRAGMA query_only = 1");
    return session;
  }

  /** A session that can change no file, for the look before the first write. */
  static Session looking(Path file) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setReadOnly(true);
    config.setBusyTimeout(READER_BUSY_MILLIS);
    return new Session(config.createConnection("jdbc:sqlite:" + file));
  }

  private static SQLiteConfig config(int busyMillis) {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(JournalMode.WAL);
    config.setSynchronous(SynchronousMode.FULL);
    config.setPragma(SQLiteConfig.Pragma.WAL_AUTOCHECKPOINT, "0");
    config.setJournalSizeLimit(JOURNAL_LIMIT_BYTES);
    config.setBusyTimeout(busyMillis);
    config.setTempStore(SQLiteConfig.TempStore.MEMORY);
    return config;
  }

  /** Runs statements without values. */
  void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate(sql);
    }
  }

  /** Changes rows and says how many. */
  int update(String sql, Object... values) throws SQLException {
    return run(prepared(sql, values), sql, PreparedStatement::executeUpdate);
  }

  /** Adds a row to those that a statement is to be run over. */
  void add(String sql, Object... values) throws SQLException {
    prepared(sql, values).addBatch();
  }

  /** Runs a statement over the rows that were added; says how many each changed. */
  int[] runAdded(String sql) throws SQLException {
    return run(prepared(sql), sql, PreparedStatement::executeBatch);
  }

  <T> List<T> list(Row<T> row, String sql, Object... values) throws SQLException {
    List<T> found = new ArrayList<>();
    try (ResultSet rows = rows(sql, values)) {
      while (rows.next()) {
        found.add(row.read(rows));
      }
    }
    return found;
  }

  <T> Optional<T> first(Row<T> row, String sql, Object... values) throws SQLException {
    try (ResultSet rows = rows(sql, values)) {
      return rows.next() ? Optional.of(row.read(rows)) : Optional.empty();
    }
  }

  /** The rows themselves; the caller closes them before the session's next use of the statement. */
  ResultSet rows(String sql, Object... values) throws SQLException {
    return run(prepared(sql, values), sql, PreparedStatement::executeQuery);
  }

  /**
   * Uses a statement. One that failed is prepared anew for its next use, since the driver lets go
   * of it after some errors, such as a full disk.
   */
  private <T> T run(PreparedStatement statement, String sql, Use<T> use) throws SQLException {
    try {
      return use.of(statement);
    } catch (SQLException e) {
      statements.remove(sql);
      try {
        statement.close();
      } catch (SQLException unclosed) {
        e.addSuppressed(unclosed);
      }
      throw e;
    }
  }

  private PreparedStatement prepared(String sql, Object... values) throws SQLException {
    PreparedStatement statement = statements.get(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
      statements.put(sql, statement);
    }
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
    return statement;
  }

  /** The bytes of the database file that hold nothing any more. */
  long emptiedBytes() throws SQLException {
    long pages = first((ResultSet row) -> row.getLong(1), "PRAGMA freelist_count").orElse(0L);
    return pages * first((ResultSet row) -> row.getLong(1), "PRAGMA page_size").orElse(0L);
  }

  void commit() throws SQLException {
    connection.commit();
  }

  /** Takes everything back, the rows that were added and not run too. */
  void rollback() throws SQLException {
    for (PreparedStatement statement : statements.values()) {
      statement.clearBatch();
    }
    // Some errors, such as a full disk, ended the transaction; this begins one where there is none
    execute("SAVEPOINT here");
    connection.rollback();
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
