package dev.rookery;

import dev.rookery.Operations.PartitionInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a stream's retention comes to, at the rate at which the events that it keeps came.
 *
 * @param bytesPerDay that rate
 * @param neededBytes what the age for which events are kept takes at it
 * @param lasts for how long the bytes that the stream may take are enough at it
 * @param used the share of those bytes that is taken: 1 is all
 */
public record Forecast(
    double bytesPerDay,
    Optional<Long> neededBytes,
    Optional<Duration> lasts,
    Optional<Double> used) {
  private static final double DAY_MILLIS = Duration.ofDays(1).toMillis();

  /** A rate over less time than this says nothing. */
  private static final Duration SHORTEST = Duration.ofMinutes(1);

  /** How full a stream is, where somebody should know. */
  public enum Alarm {
    FILLING(0.70),
    NEARLY_FULL(0.85),
    FULL(0.95);

    private final double from;

    Alarm(double from) {
      this.from = from;
    }
  }

  /**
   * The forecast for a stream.
   *
   * @param partitions all that it has
   * @return empty where it keeps nothing, or nothing that is older than a minute
   */
  public static Optional<Forecast> of(List<PartitionInfo> partitions, Instant now) {
    Optional<Instant> oldest =
        partitions.stream().flatMap(info -> info.oldest().stream()).min(Instant::compareTo);
    Duration kept = oldest.map(first -> Duration.between(first, now)).orElse(Duration.ZERO);
    if (kept.compareTo(SHORTEST) < 0) {
      return Optional.empty();
    }
    long bytes = partitions.stream().mapToLong(PartitionInfo::bytes).sum();
    double perMilli = bytes / (double) kept.toMillis();
    PartitionInfo any = partitions.getFirst();
    return Optional.of(
        new Forecast(
            perMilli * DAY_MILLIS,
            any.retainAge().map(age -> Math.round(perMilli * age.toMillis())),
            any.retainBytes()
                .filter(limit -> perMilli > 0)
                .map(limit -> Duration.ofMillis((long) (limit / perMilli))),
            any.retainBytes().map(limit -> bytes / (double) limit)));
  }

  /** The highest alarm that is reached. */
  public Optional<Alarm> alarm() {
    return List.of(Alarm.FULL, Alarm.NEARLY_FULL, Alarm.FILLING).stream()
        .filter(alarm -> used.filter(share -> share >= alarm.from).isPresent())
        .findFirst();
  }
}
