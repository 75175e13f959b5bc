package dev.rookery;

import org.jspecify.annotations.Nullable;

/** The store of this bus cannot do that; the message says what does it instead. */
public final class Unsupported extends RookeryException {
  private static final long serialVersionUID = 1L;

  public Unsupported(String message) {
    super(message);
  }

  public Unsupported(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
