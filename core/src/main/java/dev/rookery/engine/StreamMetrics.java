package dev.rookery.engine;

import dev.rookery.Forecast;
import dev.rookery.Operations.Kind;
import dev.rookery.Operations.Metric;
import dev.rookery.Operations.PartitionInfo;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What is stored, as figures. */
final class StreamMetrics {
  private StreamMetrics() {}

  static List<Metric> of(List<PartitionInfo> partitions, Instant now) {
    List<Metric> metrics = new ArrayList<>();
    for (PartitionInfo info : partitions) {
      Map<String, String> labels =
          Map.of(
              "stream",
              info.partition().stream(),
              "partition",
              Integer.toString(info.partition().number()));
      metrics.add(gauge("rookery_stream_events", "Events kept.", labels, (double) info.events()));
      metrics.add(
          gauge(
              "rookery_stream_bytes",
              "Bytes that the kept events take.",
              labels,
              (double) info.bytes()));
    }
    partitions.stream()
        .collect(
            Collectors.groupingBy(
                info -> info.partition().stream(), TreeMap::new, Collectors.toList()))
        .forEach((stream, all) -> {
          Map<String, String> labels = Map.of("stream", stream);
          Forecast.of(all, now).ifPresent(forecast -> metrics.addAll(foretold(forecast, labels)));
        });
    return metrics;
  }

  private static List<Metric> foretold(Forecast forecast, Map<String, String> labels) {
    List<Metric> metrics = new ArrayList<>();
    forecast
        .neededBytes()
        .ifPresent(bytes ->
            metrics.add(
                gauge(
                    "rookery_stream_needed_bytes",
                    "Bytes that the age for which events are kept takes, at the rate at which they came.",
                    labels,
                    (double) bytes)));
    forecast
        .used()
        .ifPresent(share ->
            metrics.add(
                gauge(
                    "rookery_stream_used_ratio",
                    "Share of the bytes that the stream may take; at 1 publishing is refused.",
                    labels,
                    share)));
    return metrics;
  }

  private static Metric gauge(String name, String help, Map<String, String> labels, double value) {
    return new Metric(name, help, Kind.GAUGE, labels, value);
  }
}
