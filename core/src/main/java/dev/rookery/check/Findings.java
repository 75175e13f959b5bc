package dev.rookery.check;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The judgement of a run.
 *
 * @param published events with a receipt, each counted once
 * @param delivered by subscription, duplicates not counted
 * @param lost deliveries that never came: acknowledged, wanted, neither handled nor kept as a dead
 *     letter; as anomalies they are lost, skipped or stuck
 * @param duplicates handlings beyond the first that went well
 * @param retried attempts that failed
 * @param deadLettered deliveries that the bus keeps as dead letters
 * @param foreign handlings of events without a receipt in this history, where it need not know all,
 *     and by other subscriptions
 * @param latencies from before the publish to the first handling that went well
 * @param anomalies how many of each were found; those that were not are not in it
 * @param examples of the anomalies, a few of each, in words
 */
public record Findings(
    long published,
    Map<String, Long> delivered,
    long lost,
    long duplicates,
    long retried,
    long deadLettered,
    long foreign,
    Latencies latencies,
    Map<Anomaly, Long> anomalies,
    List<String> examples) {
  public Findings {
    delivered = Collections.unmodifiableMap(new TreeMap<>(delivered));
    Map<Anomaly, Long> found = new EnumMap<>(Anomaly.class);
    found.putAll(anomalies);
    anomalies = Collections.unmodifiableMap(found);
    examples = List.copyOf(examples);
  }

  public long deliveredInAll() {
    return delivered.values().stream().mapToLong(Long::longValue).sum();
  }

  /** First handlings, and receipts, that contradict the order of a key's events. */
  public long outOfOrder() {
    return count(Anomaly.OUT_OF_ORDER);
  }

  public long count(Anomaly anomaly) {
    return anomalies.getOrDefault(anomaly, 0L);
  }

  /** Whether nothing was found that must not be. */
  public boolean isClean() {
    return anomalies.isEmpty();
  }
}
