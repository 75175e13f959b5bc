package dev.rookery.cli;

import dev.rookery.Forecast;
import dev.rookery.Operations.PartitionInfo;
import dev.rookery.cli.terminal.Shown;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Says what the retention of a stream comes to. */
final class ForecastLine {
  private ForecastLine() {}

  /** A line for each stream that has a forecast. */
  static List<String> of(List<PartitionInfo> partitions, Instant now) {
    Map<String, List<PartitionInfo>> streams = new LinkedHashMap<>();
    for (PartitionInfo info : partitions) {
      streams.computeIfAbsent(info.partition().stream(), s -> new ArrayList<>()).add(info);
    }
    List<String> lines = new ArrayList<>();
    streams.forEach((name, infos) ->
        Forecast.of(infos, now)
            .ifPresent(forecast -> lines.add(name + ": " + text(forecast, infos.getFirst()))));
    return lines;
  }

  private static String text(Forecast forecast, PartitionInfo stream) {
    List<String> parts = new ArrayList<>();
    forecast
        .alarm()
        .ifPresent(alarm ->
            parts.add(
                String.format(Locale.ROOT, "%.0f %% full", forecast.used().orElse(0.0) * 100)));
    String rate = "at " + Shown.bytes(Math.round(forecast.bytesPerDay())) + " a day";
    Optional<String> need =
        forecast
            .neededBytes()
            .map(bytes -> days(stream.retainAge().orElseThrow()) + " need " + Shown.bytes(bytes));
    Optional<String> given =
        forecast
            .lasts()
            .map(lasts ->
                "the "
                    + Shown.bytes(stream.retainBytes().orElseThrow())
                    + " given last "
                    + days(lasts));
    parts.add(
        rate
            + need.map(text -> " " + text).orElse("")
            + given.map(text -> (need.isPresent() ? ", " : " ") + text).orElse(""));
    return String.join(", ", parts);
  }

  private static String days(Duration duration) {
    return duration.compareTo(Duration.ofDays(1)) < 0
        ? Shown.duration(duration)
        : String.format(Locale.ROOT, "%.1f days", duration.toMinutes() / 1_440.0)
            .replace(".0 days", " days");
  }
}
