package dev.rookery;

import org.jspecify.annotations.Nullable;

/**
 * Somebody who is not Rookery removed events that a subscription has yet to read. Nothing is
 * skipped in silence; a rewind chooses where to go on.
 */
public final class TrimmedByOthers extends RookeryException {
  private static final long serialVersionUID = 1L;

  public TrimmedByOthers(String message) {
    super(message);
  }

  public TrimmedByOthers(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
