package dev.rookery;

import org.jspecify.annotations.Nullable;

/** The store or the server does not answer now; trying again later may help. */
public final class BackendUnavailable extends RookeryException {
  private static final long serialVersionUID = 1L;

  public BackendUnavailable(String message) {
    super(message);
  }

  public BackendUnavailable(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
