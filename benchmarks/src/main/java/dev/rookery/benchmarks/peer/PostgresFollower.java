package dev.rookery.benchmarks.peer;

import dev.rookery.benchmarks.load.Tally;
import dev.rookery.benchmarks.load.Threads;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.locks.LockSupport;
import org.postgresql.PGConnection;

/** Follows the table with a position in memory, and hands each event to its tally. */
final class PostgresFollower implements Runnable {
  private static final int BATCH = 500;
  private static final long POLL_NANOS = 2_000_000;
  private static final int SILENCE_MILLIS = 250;
  private static final int COLUMNS = 13;

  private final PostgresNode node;
  private final boolean listens;
  private final Tally tally;
  private final Thread thread;
  private volatile boolean stopped;
  private long position;

  /**
   * Follows from the beginning.
   *
   * @param listens whether it waits for a notification where there is nothing, instead of looking
   *     every 2 ms
   */
  PostgresFollower(PostgresNode node, boolean listens, Tally tally) {
    this.node = node;
    this.listens = listens;
    this.tally = tally;
    this.thread = Thread.ofPlatform().daemon().name("postgres-follower").start(this);
  }

  @Override
  public void run() {
    try (Connection connection = node.connect();
        PreparedStatement reading = PostgresTable.reading(connection)) {
      connection.setAutoCommit(true);
      listen(connection);
      while (!stopped) {
        if (take(reading) == 0) {
          await(connection);
        }
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private void listen(Connection connection) throws SQLException {
    if (listens) {
      try (Statement statement = connection.createStatement()) {
        statement.execute("LISTEN bare");
      }
    }
  }

  private void await(Connection connection) throws SQLException {
    if (listens) {
      connection.unwrap(PGConnection.class).getNotifications(SILENCE_MILLIS);
    } else {
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  private int take(PreparedStatement reading) throws SQLException {
    reading.setLong(1, position);
    reading.setInt(2, BATCH);
    int taken = 0;
    try (ResultSet rows = reading.executeQuery()) {
      while (rows.next()) {
        taken++;
        handle(rows);
      }
    }
    return taken;
  }

  /** Every column is fetched. */
  private void handle(ResultSet rows) throws SQLException {
    position = rows.getLong(1);
    for (int column = 2; column < COLUMNS; column++) {
      rows.getObject(column);
    }
    tally.take(ByteBuffer.wrap(rows.getBytes(COLUMNS)));
  }

  /** Ends, and says how far it came. */
  long stop() {
    stopped = true;
    Threads.join(thread);
    return position;
  }
}
