package dev.rookery.embedded;

import dev.rookery.RookeryException;

/** What became of a write. */
sealed interface Result<T> {
  /** It is committed and synced. */
  record Done<T>(T value) implements Result<T> {}

  /** It refused, and changed nothing. */
  record Refused<T>(RookeryException reason) implements Result<T> {}

  /** Its transaction was rolled back; it changed nothing. */
  record RolledBack<T>(Throwable cause) implements Result<T> {}

  /** Nobody knows whether it is on disk; the log has stopped. */
  record Uncertain<T>(Throwable cause) implements Result<T> {}

  /** The log had stopped, or was closed, before the write began. */
  record NotBegun<T>(Throwable cause) implements Result<T> {}
}
