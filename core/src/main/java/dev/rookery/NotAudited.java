package dev.rookery;

import org.jspecify.annotations.Nullable;

/** Something was not done because the audit could not store its announcement. */
public final class NotAudited extends RookeryException {
  private static final long serialVersionUID = 1L;

  public NotAudited(String message) {
    super(message);
  }

  public NotAudited(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
