package dev.rookery;

import org.jspecify.annotations.Nullable;

/**
 * The event may be stored or not. Publishing it again with the same id is safe: it is stored once.
 */
public final class PublishUnknown extends RookeryException {
  private static final long serialVersionUID = 1L;

  public PublishUnknown(String message) {
    super(message);
  }

  public PublishUnknown(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
