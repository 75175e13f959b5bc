package dev.rookery;

import org.jspecify.annotations.Nullable;

/** Stored bytes do not match their checksum. */
public final class DamagedLog extends RookeryException {
  private static final long serialVersionUID = 1L;

  public DamagedLog(String message) {
    super(message);
  }

  public DamagedLog(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
