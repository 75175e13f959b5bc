package dev.rookery.benchmarks.peer;

import dev.rookery.benchmarks.load.Tally;
import dev.rookery.benchmarks.load.Threads;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.locks.LockSupport;

/** The one worker of a subscription: takes a batch, handles it, commits. */
final class PostgresReader implements Runnable {
  private static final int BATCH = 500;
  private static final long POLL_NANOS = 2_000_000;
  private static final int COLUMNS = 9;
  private static final int DATA = 4;

  private final PostgresNode node;
  private final int subscription;
  private final Tally tally;
  private final Thread thread;
  private volatile boolean stopped;

  PostgresReader(PostgresNode node, int subscription, Tally tally) {
    this.node = node;
    this.subscription = subscription;
    this.tally = tally;
    this.thread = Thread.ofPlatform().daemon().name("postgres-reader-" + subscription).start(this);
  }

  @Override
  public void run() {
    try (Connection connection = node.connect();
        PreparedStatement taking = PostgresQueue.taking(connection, subscription, BATCH)) {
      while (!stopped) {
        int taken = take(taking);
        connection.commit();
        if (taken == 0) {
          LockSupport.parkNanos(POLL_NANOS);
        }
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private int take(PreparedStatement taking) throws SQLException {
    int taken = 0;
    try (ResultSet rows = taking.executeQuery()) {
      while (rows.next()) {
        taken++;
        handle(rows);
      }
    }
    return taken;
  }

  /** Every column is fetched. */
  private void handle(ResultSet rows) throws SQLException {
    for (int column = 1; column <= COLUMNS; column++) {
      if (column != DATA) {
        rows.getObject(column);
      }
    }
    tally.take(ByteBuffer.wrap(rows.getBytes(DATA)));
  }

  void stop() {
    stopped = true;
    Threads.join(thread);
  }
}
