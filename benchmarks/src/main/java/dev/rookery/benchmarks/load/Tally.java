package dev.rookery.benchmarks.load;

import dev.rookery.check.Latencies;
import dev.rookery.check.SequenceCheck;
import dev.rookery.spi.Environment;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;

/**
 * What one subscription's handler does: it counts, measures and holds the order of keys. Events of
 * one key come one after the other.
 */
public final class Tally {
  private final Environment environment;
  private final SequenceCheck check = new SequenceCheck(Samples.KEYS);
  private final Latencies latencies = new Latencies();
  private volatile boolean measuring;

  public Tally(Environment environment) {
    this.environment = environment;
  }

  /** Handles the event with this data. */
  public void take(ByteBuffer data) {
    boolean first = check.handled(SampleData.key(data), SampleData.seq(data));
    if (first && measuring) {
      latencies.record(environment.nanoTime() - SampleData.sentNanos(data));
    }
  }

  void measure(boolean on) {
    measuring = on;
  }

  /** Events handled so far, each counted once. */
  public long delivered() {
    return check.delivered();
  }

  Latencies latencies() {
    return latencies;
  }

  long duplicates() {
    return check.duplicates();
  }

  long outOfOrder() {
    return check.outOfOrder();
  }

  /** Events that were made and never came. */
  long lost(List<Samples> made) {
    long lost = 0;
    for (int key = 0; key < Samples.KEYS; key++) {
      long numbered = made.get(key % made.size()).numbered(key);
      lost += check.lost(key, numbered, Set.of());
    }
    return lost;
  }
}
