package dev.rookery;

import org.jspecify.annotations.Nullable;

/** A restore into this place began and never ended; what is there is no log. */
public final class RestoreUnfinished extends RookeryException {
  private static final long serialVersionUID = 1L;

  public RestoreUnfinished(String message) {
    super(message);
  }

  public RestoreUnfinished(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
