package dev.rookery;

import org.jspecify.annotations.Nullable;

/**
 * The stream has reached its limit of bytes while a subscription has yet to read it; the event is
 * not stored.
 */
public final class LogFull extends PublishRejected {
  private static final long serialVersionUID = 1L;

  public LogFull(String message) {
    super(message);
  }

  public LogFull(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
