package dev.rookery;

import org.jspecify.annotations.Nullable;

/**
 * The log is not the one that the cursor read: its server was restarted empty, went back to older
 * data, or its events were deleted. Nothing is skipped; a rewind chooses where to go on.
 */
public final class EpochChanged extends RookeryException {
  private static final long serialVersionUID = 1L;

  public EpochChanged(String message) {
    super(message);
  }

  public EpochChanged(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
