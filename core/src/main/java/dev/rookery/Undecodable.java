package dev.rookery;

import org.jspecify.annotations.Nullable;

/** Stored bytes that cannot be decoded. */
public final class Undecodable extends RookeryException {
  private static final long serialVersionUID = 1L;

  public Undecodable(String message) {
    super(message);
  }

  public Undecodable(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
