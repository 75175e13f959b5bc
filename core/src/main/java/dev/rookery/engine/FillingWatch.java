package dev.rookery.engine;

import dev.rookery.Forecast;
import dev.rookery.Forecast.Alarm;
import dev.rookery.Operations.PartitionInfo;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Says once of each stream that it fills up, and again when it has got worse. */
final class FillingWatch {
  private final Map<String, Alarm> said = new HashMap<>();

  /** What is to be said now, for people. */
  List<String> look(List<PartitionInfo> partitions, Instant now) {
    List<String> lines = new ArrayList<>();
    partitions.stream()
        .collect(Collectors.groupingBy(info -> info.partition().stream()))
        .forEach((stream, all) -> look(stream, Forecast.of(all, now)).ifPresent(lines::add));
    return lines;
  }

  private Optional<String> look(String stream, Optional<Forecast> forecast) {
    Optional<Alarm> alarm = forecast.flatMap(Forecast::alarm);
    Optional<Alarm> before = Optional.ofNullable(said.get(stream));
    alarm.ifPresentOrElse(now -> said.put(stream, now), () -> said.remove(stream));
    boolean worse =
        alarm.filter(now -> before.filter(b -> b.compareTo(now) >= 0).isEmpty()).isPresent();
    return worse
        ? Optional.of(
            String.format(
                Locale.ROOT,
                "stream %s has taken %.0f %% of the bytes that it may take; at 100 %% publishing is refused."
                    + " 'rookery streams' shows how long they last, 'rookery subscriptions' who has yet"
                    + " to read",
                stream,
                forecast.flatMap(Forecast::used).orElse(0.0) * 100))
        : Optional.empty();
  }
}
