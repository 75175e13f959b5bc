package dev.rookery;

import org.jspecify.annotations.Nullable;

/** Events whose receipts were given are no longer in the log. */
public final class AcknowledgedEventsMissing extends RookeryException {
  private static final long serialVersionUID = 1L;

  public AcknowledgedEventsMissing(String message) {
    super(message);
  }

  public AcknowledgedEventsMissing(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
