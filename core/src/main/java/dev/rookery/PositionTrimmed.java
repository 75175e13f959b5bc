package dev.rookery;

import org.jspecify.annotations.Nullable;

/** The events between a cursor and the first event kept are gone. */
public final class PositionTrimmed extends RookeryException {
  private static final long serialVersionUID = 1L;

  public PositionTrimmed(String message) {
    super(message);
  }

  public PositionTrimmed(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
