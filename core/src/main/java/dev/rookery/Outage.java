package dev.rookery;

import org.jspecify.annotations.Nullable;

/**
 * Thrown by a handler whose surroundings are down (a database away, a 429, a 5xx), so that the
 * event itself is not to blame. Several of these across keys pause the subscription and use up no
 * attempts.
 */
public final class Outage extends RookeryException {
  private static final long serialVersionUID = 1L;

  public Outage(String message) {
    super(message);
  }

  public Outage(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
