package dev.rookery;

import org.jspecify.annotations.Nullable;

/** The event is certainly not stored. */
public class PublishRejected extends RookeryException {
  private static final long serialVersionUID = 1L;

  public PublishRejected(String message) {
    super(message);
  }

  public PublishRejected(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
