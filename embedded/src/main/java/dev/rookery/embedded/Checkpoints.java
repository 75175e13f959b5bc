package dev.rookery.embedded;

import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Copies the write-ahead file into the database each time that so many pages came to it, so that it
 * stays small. SQLite begins the file anew by itself with the first write that finds everything
 * copied and no reader in the midst of it; the file keeps its blocks, which makes the next syncs
 * cheaper than a file that grows.
 */
final class Checkpoints {
  private static final int PAGES = 4_000;

  private final Session session;
  private int attempted;

  Checkpoints(Session session) {
    this.session = session;
  }

  /** Between two transactions: copies if it is time to. */
  void run() throws SQLException {
    int pages = pages("PRAGMA wal_checkpoint(NOOP)");
    if (pages < attempted) {
      attempted = 0;
    }
    if (pages - attempted >= PAGES) {
      attempted = pages("PRAGMA wal_checkpoint(PASSIVE)");
    }
  }

  private int pages(String checkpoint) throws SQLException {
    return session.first((ResultSet row) -> row.getInt(2), checkpoint).orElse(0);
  }
}
