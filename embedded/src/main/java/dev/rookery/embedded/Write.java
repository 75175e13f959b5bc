package dev.rookery.embedded;

import java.sql.SQLException;

/**
 * Something that the writer does in a transaction, together with others.
 *
 * <p>It may refuse with a {@link dev.rookery.RookeryException}, but only before its first change:
 * the others are committed all the same. It may be run twice, where its first transaction was
 * rolled back.
 */
interface Write<T> {
  T run(Transaction transaction) throws SQLException;

  /** About how many rows it changes. */
  default int weight() {
    return 1;
  }
}
