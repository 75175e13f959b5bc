package dev.rookery.benchmarks.load;

import java.time.Duration;

/**
 * How long a measurement takes.
 *
 * @param backlog at saturation, publishers wait while the slowest subscription is so many events
 *     behind
 * @param patience for what is under way when the publishers have stopped
 */
public record Effort(Duration warmUp, Duration measured, long backlog, Duration patience) {
  public Effort {
    if (measured.isZero() || measured.isNegative() || warmUp.isNegative() || backlog < 1) {
      throw new IllegalArgumentException("times and the backlog are positive");
    }
  }
}
