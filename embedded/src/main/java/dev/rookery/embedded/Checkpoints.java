package dev.rookery.embedded;

import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Copies the write-ahead file into the database each time that so many pages came to it, so that it
 * stays small.
 *
 * <p>SQLite begins the file anew by itself with the first write that finds everything copied and no
 * reader in the midst of it; the file keeps its blocks, which makes the next syncs cheaper than a
 * file that grows. Where some reader always is in the midst of it, the file grows on, up to twice
 * the pages: then the writer waits for the readers of this moment. Those who come later read the
 * database itself and are in nobody's way.
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
    int pages = pages("NOOP");
    if (pages < attempted) {
      attempted = 0;
    }
    if (pages - attempted >= PAGES) {
      attempted = pages(pages >= 2 * PAGES ? "RESTART" : "PASSIVE");
    }
  }

  private int pages(String mode) throws SQLException {
    return session
        .first((ResultSet row) -> row.getInt(2), "PRAGMA wal_checkpoint(" + mode + ")")
        .orElse(0);
  }
}
