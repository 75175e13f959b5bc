package dev.rookery.cli.bench;

import dev.rookery.Json;
import dev.rookery.cli.terminal.Shown;
import dev.rookery.cli.terminal.Table;
import tools.jackson.databind.node.ObjectNode;

/** What a bench found. Deliveries are counted over all subscriptions. */
public record BenchResult(
    String backend,
    int producers,
    int subscriptions,
    int sizeBytes,
    int rate,
    double publishedPerSecond,
    double deliveredPerSecond,
    double p50Ms,
    double p95Ms,
    double p99Ms,
    double maxMs,
    long lost,
    long duplicates,
    long outOfOrder) {

  public boolean isClean() {
    return lost == 0 && outOfOrder == 0;
  }

  public ObjectNode json() {
    return Json.MAPPER
        .createObjectNode()
        .put("backend", backend)
        .put("producers", producers)
        .put("subscriptions", subscriptions)
        .put("sizeBytes", sizeBytes)
        .put("rate", rate)
        .put("publishedPerSecond", rounded(publishedPerSecond))
        .put("deliveredPerSecond", rounded(deliveredPerSecond))
        .put("p50Ms", rounded(p50Ms))
        .put("p95Ms", rounded(p95Ms))
        .put("p99Ms", rounded(p99Ms))
        .put("maxMs", rounded(maxMs))
        .put("lost", lost)
        .put("duplicates", duplicates)
        .put("outOfOrder", outOfOrder);
  }

  public Table table() {
    return new Table(
            "BACKEND",
            "PUBLISHED/S",
            "DELIVERED/S",
            "P50",
            "P95",
            "P99",
            "MAX",
            "LOST",
            "DUPLICATES",
            "OUT OF ORDER")
        .row(
            backend,
            Shown.number(Math.round(publishedPerSecond)),
            Shown.number(Math.round(deliveredPerSecond)),
            Shown.millis(p50Ms),
            Shown.millis(p95Ms),
            Shown.millis(p99Ms),
            Shown.millis(maxMs),
            lost,
            duplicates,
            outOfOrder);
  }

  private static double rounded(double value) {
    return Math.round(value * 1_000) / 1_000.0;
  }
}
