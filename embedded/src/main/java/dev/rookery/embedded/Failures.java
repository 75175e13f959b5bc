package dev.rookery.embedded;

import dev.rookery.BackendUnavailable;
import dev.rookery.DamagedLog;
import dev.rookery.RookeryException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;

/** What an exception of the database means. */
final class Failures {
  private Failures() {}

  static boolean isDamage(Throwable e) {
    int code = code(e);
    return code == SQLiteErrorCode.SQLITE_CORRUPT.code
        || code == SQLiteErrorCode.SQLITE_NOTADB.code;
  }

  static boolean isFull(SQLException e) {
    return code(e) == SQLiteErrorCode.SQLITE_FULL.code;
  }

  /** Whether nothing that the connection knows can be trusted after it. */
  static boolean isFatal(Throwable e) {
    return isDamage(e) || code(e) == SQLiteErrorCode.SQLITE_IOERR.code;
  }

  /** The primary code of the first exception in the chain that has one. */
  private static int code(Throwable e) {
    for (@Nullable Throwable each = e; each != null; each = each.getCause()) {
      if (each instanceof SQLException sql && sql.getErrorCode() != 0) {
        return sql.getErrorCode() & 0xff;
      }
    }
    return 0;
  }

  /** The exception for a caller whose reading failed. */
  static RookeryException reading(Folder folder, Exception e) {
    String where = "the database " + folder.file(Store.DATABASE);
    return isDamage(e)
        ? new DamagedLog(
            where
                + " is damaged: "
                + e.getMessage()
                + "; nothing is deleted: restore the folder from a backup",
            e)
        : new BackendUnavailable(where + " cannot be read: " + e.getMessage(), e);
  }
}
