package dev.rookery.cli.bench;

import dev.rookery.BusConfig;
import dev.rookery.InvalidInput;
import java.time.Duration;

/**
 * What to measure.
 *
 * @param rate events a second over all producers; 0: as many as the bus takes
 * @param sizeBytes of an event's data
 * @param batch events in one call at most; 0: 500 at saturation, else what has become due
 * @param backlog at saturation, producers wait while the slowest subscription is this far behind
 */
public record BenchPlan(
    String address,
    BusConfig config,
    int rate,
    int producers,
    int subscriptions,
    int sizeBytes,
    Duration warmUp,
    Duration duration,
    int batch,
    long backlog) {
  static final int KEYS = 1_000;

  public BenchPlan {
    if (rate < 0 || producers < 1 || subscriptions < 0 || batch < 0 || backlog < 1) {
      throw new InvalidInput(
          "a bench needs a producer at least, and numbers that are not negative");
    }
    if (producers > KEYS || sizeBytes < BenchData.MIN_BYTES) {
      throw new InvalidInput(
          "a bench takes "
              + KEYS
              + " producers at most, and data of "
              + BenchData.MIN_BYTES
              + " bytes at least");
    }
    if (duration.isZero() || duration.isNegative() || warmUp.isNegative()) {
      throw new InvalidInput("a bench takes a second at least");
    }
  }

  boolean isSaturating() {
    return rate == 0;
  }

  int batchEvents() {
    return batch > 0 ? batch : config.limits().batchEvents();
  }
}
