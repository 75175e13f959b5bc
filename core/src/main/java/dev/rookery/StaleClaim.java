package dev.rookery;

import org.jspecify.annotations.Nullable;

/** The claim was taken over by another owner; what its former owner does is refused. */
public final class StaleClaim extends RookeryException {
  private static final long serialVersionUID = 1L;

  public StaleClaim(String message) {
    super(message);
  }

  public StaleClaim(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
