package dev.rookery;

import org.jspecify.annotations.Nullable;

/** Something is there already, and nothing is written over it. */
public final class PlaceTaken extends RookeryException {
  private static final long serialVersionUID = 1L;

  public PlaceTaken(String message) {
    super(message);
  }

  public PlaceTaken(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
