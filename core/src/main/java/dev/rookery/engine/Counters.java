package dev.rookery.engine;

import dev.rookery.Operations.Kind;
import dev.rookery.Operations.Metric;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/** What a bus has counted since it was opened. */
final class Counters {
  private final LongAdder published = new LongAdder();
  private final LongAdder duplicates = new LongAdder();
  private final LongAdder rejected = new LongAdder();
  private final LongAdder unknown = new LongAdder();
  private final LongAdder decoded = new LongAdder();
  private final Map<String, OfSubscription> bySubscription = new ConcurrentHashMap<>();
  private final AtomicLongArray latency = new AtomicLongArray(64 * 8);

  /** What was counted for one subscription. */
  static final class OfSubscription {
    final LongAdder handled = new LongAdder();
    final LongAdder failed = new LongAdder();
    final LongAdder timedOut = new LongAdder();
    final LongAdder deadLettered = new LongAdder();
    final LongAdder parked = new LongAdder();
    final LongAdder takeOvers = new LongAdder();
  }

  void published(long count) {
    published.add(count);
  }

  void duplicate() {
    duplicates.increment();
  }

  void rejected() {
    rejected.increment();
  }

  void unknown(long count) {
    unknown.add(count);
  }

  void decoded(long count) {
    decoded.add(count);
  }

  OfSubscription of(String subscription) {
    return bySubscription.computeIfAbsent(subscription, name -> new OfSubscription());
  }

  void forget(String subscription) {
    bySubscription.remove(subscription);
  }

  /**
   * Records the time from an event's own time to its being handled, in eighths of a power of two of
   * microseconds.
   */
  void latency(Duration time) {
    long micros = Math.max(0, time.toNanos() / 1_000);
    latency.incrementAndGet(bucket(micros));
  }

  private static int bucket(long micros) {
    if (micros < 8) {
      return (int) micros;
    }
    int power = 63 - Long.numberOfLeadingZeros(micros);
    int eighth = (int) ((micros >>> (power - 3)) & 7);
    return (power - 2) * 8 + eighth;
  }

  private static double upperMicros(int bucket) {
    if (bucket < 8) {
      return bucket + 1;
    }
    int power = bucket / 8 + 2;
    return (double) (1L << power) / 8 * (9 + bucket % 8);
  }

  private double latencySeconds(double quantile) {
    long total = 0;
    for (int i = 0; i < latency.length(); i++) {
      total += latency.get(i);
    }
    long wanted = (long) Math.ceil(total * quantile);
    long seen = 0;
    for (int i = 0; i < latency.length(); i++) {
      seen += latency.get(i);
      if (seen >= wanted && seen > 0) {
        return upperMicros(i) / 1e6;
      }
    }
    return 0;
  }

  List<Metric> metrics() {
    List<Metric> metrics = new ArrayList<>();
    metrics.add(counter("rookery_published_total", "Events stored.", Map.of(), published));
    metrics.add(
        counter(
            "rookery_publish_duplicates_total",
            "Publishes of events that were stored before.",
            Map.of(),
            duplicates));
    metrics.add(
        counter("rookery_publish_rejected_total", "Publishes refused.", Map.of(), rejected));
    metrics.add(
        counter(
            "rookery_publish_unknown_total",
            "Publishes of which nobody knows whether they are stored.",
            Map.of(),
            unknown));
    metrics.add(
        counter(
            "rookery_decoded_total", "Entries read from the log and decoded.", Map.of(), decoded));
    for (double quantile : new double[] {0.5, 0.95, 0.99}) {
      metrics.add(
          new Metric(
              "rookery_delivery_seconds",
              "From an event's time to its being handled, since the start.",
              Kind.GAUGE,
              Map.of("quantile", Double.toString(quantile)),
              latencySeconds(quantile)));
    }
    bySubscription.forEach((name, of) -> {
      Map<String, String> labels = Map.of("subscription", name);
      metrics.add(
          counter("rookery_handled_total", "Attempts that were handled.", labels, of.handled));
      metrics.add(counter("rookery_failed_total", "Attempts that failed.", labels, of.failed));
      metrics.add(
          counter(
              "rookery_timed_out_total",
              "Attempts that ran into their deadline.",
              labels,
              of.timedOut));
      metrics.add(
          counter("rookery_dead_lettered_total", "Deliveries given up.", labels, of.deadLettered));
      metrics.add(
          counter(
              "rookery_parked_total",
              "Deliveries put aside behind an earlier one of their key.",
              labels,
              of.parked));
      metrics.add(
          counter(
              "rookery_take_overs_total",
              "Claims taken after an owner that did not give them back.",
              labels,
              of.takeOvers));
    });
    return metrics;
  }

  private static Metric counter(
      String name, String help, Map<String, String> labels, LongAdder adder) {
    return new Metric(name, help, Kind.COUNTER, labels, adder.doubleValue());
  }
}
