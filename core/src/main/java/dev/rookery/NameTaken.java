package dev.rookery;

import org.jspecify.annotations.Nullable;

/** The name belongs to somebody else. */
public final class NameTaken extends RookeryException {
  private static final long serialVersionUID = 1L;

  public NameTaken(String message) {
    super(message);
  }

  public NameTaken(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
