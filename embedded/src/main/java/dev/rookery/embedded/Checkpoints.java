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
  private static final int MOST_PAGES = 4_000;
  private static final int LEAST_PAGES = 100;
  private static final int EARLIER = 4;
  private static final int PAGE_BYTES = 4_096;

  private final Session session;
  private final int pages;
  private int attempted;

  /**
   * Copies so often that the copying needs a part of the reserve only.
   *
   * @param reserve the bytes kept free on the disk
   */
  Checkpoints(Session session, long reserve) {
    this.session = session;
    this.pages = Math.clamp(reserve / 4 / PAGE_BYTES, LEAST_PAGES, MOST_PAGES);
  }

  /**
   * Between two transactions: copies if it is time to. A full disk leaves all as it is.
   *
   * @param nobodyWaits whether no write waits; then a part is copied already, since a small copy
   *     holds up the next write for less
   */
  void run(boolean nobodyWaits) throws SQLException {
    int present = checkpoint("NOOP");
    if (present < attempted) {
      attempted = 0;
    }
    if (present - attempted >= (nobodyWaits ? pages / EARLIER : pages)) {
      attempted = present;
      try {
        checkpoint(present >= 2 * pages ? "RESTART" : "PASSIVE");
      } catch (SQLException e) {
        if (!Failures.isFull(e)) {
          throw e;
        }
      }
    }
  }

  /**
   * Copies all, and cuts the write-ahead file to nothing; false where a reader was in the midst of
   * it for too long, or the disk is full.
   */
  boolean empty() throws SQLException {
    try {
      return session
          .first((ResultSet row) -> row.getInt(1) == 0, "PRAGMA wal_checkpoint(TRUNCATE)")
          .orElse(false);
    } catch (SQLException e) {
      if (!Failures.isFull(e)) {
        throw e;
      }
      return false;
    }
  }

  /** The pages in the write-ahead file. */
  private int checkpoint(String mode) throws SQLException {
    return session
        .first((ResultSet row) -> row.getInt(2), "PRAGMA wal_checkpoint(" + mode + ")")
        .orElse(0);
  }
}
