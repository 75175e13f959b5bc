package dev.rookery.check;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The judgement of a run.
 *
 * @param published events with a receipt, each counted once
 * @param delivered by subscription, duplicates not counted
 * @param lost deliveries that never came: acknowledged, wanted, neither handled nor kept as a dead
 *     letter
 * @param duplicates handlings beyond the first that went well
 * @param retried attempts that failed
 * @param deadLettered deliveries that the bus keeps as dead letters
 * @param foreign handlings of events without a receipt in this history
 * @param latencies from before the publish to the first handling that went well
 * @param examples of what is lost or out of order, a few
 */
public record Findings(
    long published,
    Map<String, Long> delivered,
    long lost,
    long duplicates,
    long outOfOrder,
    long retried,
    long deadLettered,
    long foreign,
    Latencies latencies,
    List<String> examples) {
  public Findings {
    delivered = java.util.Collections.unmodifiableMap(new TreeMap<>(delivered));
    examples = List.copyOf(examples);
  }

  public long deliveredInAll() {
    return delivered.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Whether nothing acknowledged was lost and every key kept its order. */
  public boolean isClean() {
    return lost == 0 && outOfOrder == 0;
  }
}
