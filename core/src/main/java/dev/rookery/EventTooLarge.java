package dev.rookery;

import org.jspecify.annotations.Nullable;

/** The event, or a part of it, is over its limit; it is not stored. */
public final class EventTooLarge extends PublishRejected {
  private static final long serialVersionUID = 1L;

  public EventTooLarge(String message) {
    super(message);
  }

  public EventTooLarge(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
