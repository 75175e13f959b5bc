package dev.rookery;

import org.jspecify.annotations.Nullable;

/** Another event with this source and id is stored already, with other content. */
public final class IdConflict extends PublishRejected {
  private static final long serialVersionUID = 1L;

  public IdConflict(String message) {
    super(message);
  }

  public IdConflict(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
