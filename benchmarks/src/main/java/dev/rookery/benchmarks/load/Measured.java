package dev.rookery.benchmarks.load;

import java.util.Map;
import java.util.Optional;

/**
 * What one measurement found. Deliveries are counted over all subscriptions.
 *
 * @param events stored in all, those of the warm-up included
 * @param unsettled deliveries that were handled and that the store does not know as settled
 * @param ownCores used by publishers, handlers and what runs in their process
 * @param serverCores used by the servers
 * @param serverMegabytes resident in the servers at the end
 * @param figures further ones, by name
 * @param problem what went wrong, for people
 */
public record Measured(
    String contender,
    Course course,
    double publishedPerSecond,
    double deliveredPerSecond,
    double p50Ms,
    double p95Ms,
    double p99Ms,
    double maxMs,
    long events,
    long lost,
    long duplicates,
    long outOfOrder,
    long unsettled,
    double ownCores,
    double serverCores,
    double serverMegabytes,
    Map<String, Double> figures,
    Optional<String> problem) {
  public Measured {
    figures = Map.copyOf(figures);
  }

  /** What is left to say where a contender failed. */
  public static Measured failed(String contender, Course course, Exception failure) {
    return new Measured(
        contender,
        course,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        Map.of(),
        Optional.of(failure.toString()));
  }

  /** Whether everything that was published was handled once, in order, and settled. */
  public boolean isClean() {
    return lost == 0 && duplicates == 0 && outOfOrder == 0 && unsettled == 0 && problem.isEmpty();
  }
}
