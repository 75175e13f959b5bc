package dev.rookery.cli.demo;

import dev.rookery.Json;
import dev.rookery.check.Findings;
import dev.rookery.cli.terminal.Shown;
import dev.rookery.cli.terminal.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the demo found.
 *
 * @param input events of the chat that was asked for
 * @param warmUp made-up events that were published before it
 * @param owners of the shared subscription, one after the other
 */
public record DemoResult(
    Findings findings,
    long input,
    long warmUp,
    List<String> owners,
    Optional<Long> serverPeakRssBytes) {
  public DemoResult {
    owners = List.copyOf(owners);
  }

  public boolean isClean() {
    return findings.isClean();
  }

  public ObjectNode json() {
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.put("published", findings.published());
    json.put("delivered", findings.deliveredInAll());
    json.put("lost", findings.lost());
    json.put("duplicates", findings.duplicates());
    json.put("outOfOrder", findings.outOfOrder());
    json.put("retried", findings.retried());
    json.put("deadLettered", findings.deadLettered());
    json.put("p50Ms", percentile(0.50)).put("p95Ms", percentile(0.95));
    json.put("p99Ms", percentile(0.99));
    serverPeakRssBytes.ifPresentOrElse(
        bytes -> json.put("serverPeakRssBytes", bytes), () -> json.putNull("serverPeakRssBytes"));
    return json;
  }

  private String anomalies() {
    return findings.anomalies().entrySet().stream()
        .map(found -> found.getKey().label() + " " + Shown.number(found.getValue()))
        .collect(Collectors.joining(", "));
  }

  private double percentile(double part) {
    return Math.round(findings.latencies().percentileMillis(part) * 1_000) / 1_000.0;
  }

  /** The same for people. */
  public List<String> lines() {
    Table table = new Table("SUBSCRIPTION", "DELIVERED");
    findings.delivered().forEach((name, count) -> table.row(name, Shown.number(count)));
    List<String> lines = new ArrayList<>(table.lines());
    lines.add("");
    Table sums =
        new Table(
            "PUBLISHED",
            "DELIVERED",
            "RETRIED",
            "DEAD LETTERS",
            "DUPLICATES",
            "LOST",
            "OUT OF ORDER");
    sums.row(
        Shown.number(findings.published()),
        Shown.number(findings.deliveredInAll()),
        Shown.number(findings.retried()),
        Shown.number(findings.deadLettered()),
        Shown.number(findings.duplicates()),
        Shown.number(findings.lost()),
        Shown.number(findings.outOfOrder()));
    lines.addAll(sums.lines());
    lines.add("");
    lines.add(
        "of the published, "
            + Shown.number(input)
            + " came from the chat, "
            + Shown.number(findings.published() - input - warmUp)
            + " from the bots and "
            + Shown.number(warmUp)
            + " from the warm-up");
    lines.add(
        "from publish to handled: p50 "
            + Shown.millis(percentile(0.50))
            + ", p95 "
            + Shown.millis(percentile(0.95))
            + ", p99 "
            + Shown.millis(percentile(0.99)));
    serverPeakRssBytes.ifPresent(
        bytes -> lines.add("the server's peak memory: " + Shown.bytes(bytes)));
    findings.examples().forEach(example -> lines.add(Shown.text(example)));
    lines.add(
        isClean()
            ? "nothing acknowledged was lost, and every key kept its order"
            : "FAILED: found " + anomalies());
    return lines;
  }
}
