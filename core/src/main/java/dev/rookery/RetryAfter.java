package dev.rookery;

import java.time.Duration;

/** Thrown by a handler that asks for a retry not before a delay of its own choice. */
public final class RetryAfter extends RookeryException {
  private static final long serialVersionUID = 1L;
  private final Duration delay;

  public RetryAfter(Duration delay, String reason) {
    super(reason);
    this.delay = delay;
  }

  public Duration delay() {
    return delay;
  }
}
