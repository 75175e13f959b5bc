package dev.rookery.benchmarks.load;

import dev.rookery.spi.Environment;
import java.util.UUID;

/** The events of one caller: keys of its own in turn, the events of each numbered from 1. */
public final class Samples {
  public static final int KEYS = 1_000;

  private final int number;
  private final int step;
  private final SampleData data;
  private final Environment environment;
  private final long[] numbered = new long[KEYS];
  private final String[] keys = new String[KEYS];
  private final String[] correlations = new String[KEYS];
  private final String source;
  private int key;

  /**
   * The events of a caller.
   *
   * @param number of the caller, from 0
   * @param callers of all
   */
  public Samples(int number, int callers, int dataBytes, Environment environment) {
    this.number = number;
    this.step = callers;
    this.data = new SampleData(dataBytes);
    this.environment = environment;
    this.source = "bot-" + number;
    this.key = number;
    for (int i = number; i < KEYS; i += callers) {
      keys[i] = "channel-" + i;
      correlations[i] = new UUID(0x4000L, 0x8000_0000_0000_0000L | i).toString();
    }
  }

  /** The next event, sent at this time by the monotonic clock. */
  public Sample next(long sentNanos) {
    int its = key;
    key = its + step < KEYS ? its + step : number;
    return new Sample(
        environment.newId(),
        source,
        keys[its],
        correlations[its],
        environment.now(),
        data.of(its, ++numbered[its], sentNanos));
  }

  /** How many events of a key were made. */
  long numbered(int ofKey) {
    return numbered[ofKey];
  }
}
