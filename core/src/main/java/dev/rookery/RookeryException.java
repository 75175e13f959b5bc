package dev.rookery;

import org.jspecify.annotations.Nullable;

/**
 * The root of all that Rookery throws. The message says what is wrong, where, and the next step.
 */
public class RookeryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public RookeryException(String message) {
    super(message);
  }

  public RookeryException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /**
   * The stable name of the problem, such as {@code event-too-large}: the class's name in small
   * letters with hyphens.
   */
  public final String code() {
    return getClass()
        .getSimpleName()
        .replaceAll("(?<=[a-z0-9])(?=[A-Z])", "-")
        .toLowerCase(java.util.Locale.ROOT);
  }
}
