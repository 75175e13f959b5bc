package dev.rookery;

import org.jspecify.annotations.Nullable;

/** What was asked for does not exist. */
public final class NotFound extends RookeryException {
  private static final long serialVersionUID = 1L;

  public NotFound(String message) {
    super(message);
  }

  public NotFound(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
