package dev.rookery.postgres;

import dev.rookery.Operations.Kind;
import dev.rookery.Operations.Metric;
import dev.rookery.RookeryException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What stands in the outbox.
 *
 * @param age of the oldest event that waits
 * @param example the first event that was refused, and why, for people
 */
record OutboxState(long waiting, Duration age, long refused, Optional<String> example) {
  private static final String COUNT =
      "SELECT w.n, w.millis, r.n, (SELECT format('number %s, %s %s: %s', number, type, id, refused)"
          + " FROM rookery.outbox WHERE number = r.first)"
          + " FROM (SELECT count(*) AS n, extract(epoch FROM rookery.clock() - min(since)) * 1000 AS"
          + " millis FROM rookery.outbox WHERE refused IS NULL) w,"
          + " (SELECT count(*) AS n, min(number) AS first FROM rookery.outbox"
          + " WHERE refused IS NOT NULL) r";

  /** Counts; nothing where the server does not answer. */
  static Optional<OutboxState> of(Database database) {
    try {
      return database.call(session ->
          session.first(
              row -> {
                @Nullable String example = row.getString(4);
                return new OutboxState(
                    row.getLong(1),
                    Duration.ofMillis(Math.max(0, row.getLong(2))),
                    row.getLong(3),
                    Optional.ofNullable(example));
              },
              COUNT));
    } catch (RookeryException e) {
      return Optional.empty();
    }
  }

  List<Metric> metrics() {
    return List.of(
        gauge(
            "rookery_outbox_waiting",
            "Events in the outbox that are not in the log yet.",
            (double) waiting),
        gauge(
            "rookery_outbox_oldest_seconds",
            "Age of the oldest event that waits in the outbox.",
            age.toMillis() / 1e3),
        gauge(
            "rookery_outbox_refused",
            "Events in the outbox that the log does not take, until somebody decides.",
            (double) refused));
  }

  private static Metric gauge(String name, String help, double value) {
    return new Metric(name, help, Kind.GAUGE, Map.of(), value);
  }

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    if (waiting > 0) {
      lines.add("outbox: %d wait, the oldest for %d s".formatted(waiting, age.toSeconds()));
    }
    example.ifPresent(
        first -> lines.add("outbox: %d refused and kept, the first: %s".formatted(refused, first)));
    return lines;
  }
}
