package dev.rookery.benchmarks.peer;

import dev.rookery.benchmarks.load.Gather;
import dev.rookery.spi.Environment;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Appends in groups, each synced before its callers go on, and wakes readers. */
final class SqliteWriter implements AutoCloseable {
  private static final int CACHE_KIB = 16 << 10;
  private static final long LONGEST_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final Connection connection;
  private final Environment environment;
  private final PreparedStatement insertId;
  private final PreparedStatement insertEvent;
  private final Gather<SqliteRow> gather;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition grown = lock.newCondition();
  private long bytes;
  private volatile long last;

  SqliteWriter(SqliteTables tables, Environment environment) throws SQLException {
    this.environment = environment;
    this.connection = tables.open(CACHE_KIB);
    connection.setAutoCommit(false);
    this.insertId =
        connection.prepareStatement(
            "INSERT INTO ids (id, source, number, place, content) VALUES (?, ?, ?, ?, ?)"
                + " ON CONFLICT DO NOTHING");
    this.insertEvent =
        connection.prepareStatement(
            "INSERT INTO events (place, stored_at, total, checksum, id, source, body)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?)");
    this.gather = new Gather<>("sqlite-writer", this::commit);
  }

  void store(List<SqliteRow> rows) throws Exception {
    gather.store(rows);
  }

  private void commit(List<SqliteRow> rows) throws SQLException {
    long now = TimeUnit.MILLISECONDS.toNanos(environment.now().toEpochMilli());
    long place = last;
    for (SqliteRow row : rows) {
      place++;
      bytes += row.size();
      row.insertId(insertId, place);
      row.insertEvent(insertEvent, place, now, bytes);
    }
    connection.commit();
    lock.lock();
    try {
      last = place;
      grown.signalAll();
    } finally {
      lock.unlock();
    }
  }

  long last() {
    return last;
  }

  /** Waits for events after a place, for a while. */
  void awaitAfter(long place) throws InterruptedException {
    lock.lock();
    try {
      long left = LONGEST_WAIT_NANOS;
      while (last <= place && left > 0) {
        left = grown.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() throws SQLException {
    gather.close();
    connection.close();
  }
}
