package dev.rookery.cli.bench;

import dev.rookery.Event;
import dev.rookery.EventHandler;
import dev.rookery.check.Latencies;
import dev.rookery.check.SequenceCheck;
import java.nio.ByteBuffer;

/** One subscription's handler: checks order, measures. */
final class Consumer implements EventHandler {
  private final SequenceCheck check = new SequenceCheck(BenchPlan.KEYS);
  private final Latencies latencies = new Latencies();
  private volatile boolean measures;

  @Override
  public void handle(Event event) {
    ByteBuffer data = event.data().bytes();
    boolean first = check.handled(BenchData.key(data), BenchData.seq(data));
    if (first && measures) {
      latencies.record(System.nanoTime() - BenchData.sentNanos(data));
    }
  }

  void measure(boolean on) {
    measures = on;
  }

  SequenceCheck check() {
    return check;
  }

  Latencies latencies() {
    return latencies;
  }
}
