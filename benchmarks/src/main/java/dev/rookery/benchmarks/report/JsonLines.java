package dev.rookery.benchmarks.report;

import dev.rookery.Json;
import dev.rookery.benchmarks.load.Course;
import dev.rookery.benchmarks.load.Load;
import dev.rookery.benchmarks.load.Measured;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/** What was found as JSON, one object a line: each round, then medians, then ratios. */
public final class JsonLines {
  private JsonLines() {}

  public static List<String> of(Rounds rounds) {
    Stream<ObjectNode> each = rounds.all().stream().map(JsonLines::round);
    Stream<ObjectNode> medians =
        Medians.of(rounds).stream().map(measured -> measured("median", measured));
    Stream<ObjectNode> ratios = Ratios.of(rounds).stream().map(JsonLines::ratio);
    return Stream.of(each, medians, ratios)
        .flatMap(lines -> lines)
        .map(ObjectNode::toString)
        .toList();
  }

  private static ObjectNode round(Rounds.Round round) {
    return measured("round", round.measured()).put("round", round.round());
  }

  private static ObjectNode measured(String kind, Measured measured) {
    ObjectNode line = of(kind, measured.course());
    line.put("backend", measured.contender())
        .put("publishedPerSecond", rounded(measured.publishedPerSecond()))
        .put("deliveredPerSecond", rounded(measured.deliveredPerSecond()))
        .put("p50Ms", rounded(measured.p50Ms()))
        .put("p95Ms", rounded(measured.p95Ms()))
        .put("p99Ms", rounded(measured.p99Ms()))
        .put("maxMs", rounded(measured.maxMs()))
        .put("events", measured.events())
        .put("lost", measured.lost())
        .put("duplicates", measured.duplicates())
        .put("outOfOrder", measured.outOfOrder())
        .put("unsettled", measured.unsettled())
        .put("ownCores", rounded(measured.ownCores()))
        .put("serverCores", rounded(measured.serverCores()))
        .put("serverMegabytes", rounded(measured.serverMegabytes()));
    measured.figures().forEach((name, value) -> line.put(name, rounded(value)));
    measured.problem().ifPresent(problem -> line.put("problem", problem));
    return line;
  }

  private static ObjectNode ratio(Ratios.Ratio ratio) {
    return of("ratio", ratio.course())
        .put("backend", ratio.ours())
        .put("peer", ratio.peer())
        .put("figure", ratio.figure().field())
        .put("median", rounded(ratio.median()))
        .put("least", rounded(ratio.least()))
        .put("most", rounded(ratio.most()));
  }

  private static ObjectNode of(String kind, Course course) {
    return Json.MAPPER
        .createObjectNode()
        .put("kind", kind)
        .put("load", course.load().toString())
        .put("producers", course.shape().publishers())
        .put("subscriptions", course.shape().subscriptions())
        .put("sizeBytes", course.dataBytes())
        .put("rate", course.load() == Load.PACED ? course.rate() : 0);
  }

  private static double rounded(double value) {
    return Math.round(value * 1_000) / 1_000.0;
  }
}
