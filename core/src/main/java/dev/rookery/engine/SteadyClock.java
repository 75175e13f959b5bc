package dev.rookery.engine;

import dev.rookery.spi.Environment;
import java.time.Instant;

/**
 * The wall clock without its steps: once set it goes on with the clock that never steps. So a delay
 * is as long as it was asked to be, whoever sets the machine's clock meanwhile. Whoever uses it
 * sets it again when nothing waits for a time.
 */
final class SteadyClock {
  private final Environment environment;
  private Instant setTo;
  private long setAt;

  SteadyClock(Environment environment) {
    this.environment = environment;
    this.setTo = environment.now();
    this.setAt = environment.nanoTime();
  }

  Instant now() {
    return setTo.plusNanos(environment.nanoTime() - setAt);
  }

  /** Follows the wall clock, whether that was set or not. */
  void set() {
    setTo = environment.now();
    setAt = environment.nanoTime();
  }
}
