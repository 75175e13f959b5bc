package dev.rookery.client;

import dev.rookery.spi.Environment;
import java.time.Duration;

/**
 * The time between tries to reach a server: it doubles up to a bound, and half of it is drawn, so
 * that many clients do not come back at once.
 */
final class Backoff {
  private static final Duration FIRST = Duration.ofMillis(50);
  private static final Duration LONGEST = Duration.ofSeconds(2);

  private final Environment environment;
  private int failures;

  Backoff(Environment environment) {
    this.environment = environment;
  }

  Duration next() {
    long longest = Math.min(LONGEST.toNanos(), FIRST.toNanos() << Math.min(failures++, 16));
    long drawn = Math.floorMod(environment.randomLong(), longest / 2 + 1);
    return Duration.ofNanos(longest / 2 + drawn);
  }

  void reset() {
    failures = 0;
  }
}
