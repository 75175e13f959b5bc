package dev.rookery;

import org.jspecify.annotations.Nullable;

/** The bus is closed. */
public final class BusClosed extends RookeryException {
  private static final long serialVersionUID = 1L;

  public BusClosed(String message) {
    super(message);
  }

  public BusClosed(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
