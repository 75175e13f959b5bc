package dev.rookery;

import org.jspecify.annotations.Nullable;

/** The event is not well-formed; it is not stored. */
public final class InvalidEvent extends PublishRejected {
  private static final long serialVersionUID = 1L;

  public InvalidEvent(String message) {
    super(message);
  }

  public InvalidEvent(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
