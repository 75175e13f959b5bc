package dev.rookery.benchmarks.peer;

import dev.rookery.benchmarks.load.Tally;
import dev.rookery.benchmarks.load.Threads;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/** Follows the log with a cursor in memory and hands what it reads to its tallies. */
final class SqliteReader implements Runnable {
  private static final int CACHE_KIB = 2 << 10;
  private static final int BATCH = 512;
  private static final String AFTER =
      "SELECT place, stored_at, total, checksum, id, source, body"
          + " FROM events WHERE place > ? ORDER BY place LIMIT "
          + BATCH;

  private final SqliteTables tables;
  private final SqliteWriter writer;
  private final List<Tally> tallies;
  private final Thread thread;
  private volatile boolean stopped;
  private volatile long place;

  SqliteReader(SqliteTables tables, SqliteWriter writer, List<Tally> tallies) {
    this.tables = tables;
    this.writer = writer;
    this.tallies = tallies;
    this.thread = Thread.ofPlatform().daemon().name("sqlite-reader").unstarted(this);
  }

  void start() {
    thread.start();
  }

  @Override
  public void run() {
    try (Connection connection = tables.open(CACHE_KIB);
        PreparedStatement after = connection.prepareStatement(AFTER)) {
      while (!stopped) {
        writer.awaitAfter(place);
        read(after);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void read(PreparedStatement after) throws SQLException {
    after.setLong(1, place);
    try (ResultSet rows = after.executeQuery()) {
      long at = place;
      while (rows.next()) {
        long next = rows.getLong(1);
        requireNext(at, next);
        at = next;
        take(rows);
      }
      place = at;
    }
  }

  private static void requireNext(long at, long next) {
    if (next != at + 1) {
      throw new IllegalStateException("after " + at + " comes " + next);
    }
  }

  /** Every column is fetched, as one who checks the row would. */
  private void take(ResultSet rows) throws SQLException {
    long others = rows.getLong(2) | rows.getLong(3) | rows.getLong(4);
    boolean whole = others != 0 && !rows.getString(5).isEmpty() && !rows.getString(6).isEmpty();
    if (!whole) {
      throw new IllegalStateException("a row is not whole");
    }
    byte[] body = rows.getBytes(7);
    for (Tally tally : tallies) {
      tally.take(SqliteRow.data(body));
    }
  }

  /** Ends, and says how many events lie behind the cursor. */
  long stop() {
    stopped = true;
    Threads.join(thread);
    return (writer.last() - place) * tallies.size();
  }
}
