package dev.rookery;

import org.jspecify.annotations.Nullable;

/**
 * The log has met an error after which it cannot vouch for what it holds; it stopped for good and
 * must be opened again.
 */
public final class LogFailed extends RookeryException {
  private static final long serialVersionUID = 1L;

  public LogFailed(String message) {
    super(message);
  }

  public LogFailed(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
