package dev.rookery.postgres;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;

/** Instants and durations as PostgreSQL has them: in microseconds, within its years. */
final class Times {
  private static final Instant FIRST = Instant.parse("-4000-01-01T00:00:00Z");
  private static final Instant LAST = Instant.parse("+200000-01-01T00:00:00Z");
  private static final Duration LONGEST = Duration.ofDays(100 * 365);

  private Times() {}

  /** The first microsecond that is not before the instant. */
  static OffsetDateTime of(Instant time) {
    Instant within = time.isBefore(FIRST) ? FIRST : time.isAfter(LAST) ? LAST : time;
    return within.plusNanos(999).truncatedTo(ChronoUnit.MICROS).atOffset(ZoneOffset.UTC);
  }

  /** Whether it is one that PostgreSQL has. */
  static boolean isWithin(Instant time) {
    return time.isAfter(FIRST) && time.isBefore(LAST);
  }

  static long micros(Duration duration) {
    return (duration.compareTo(LONGEST) > 0 ? LONGEST : duration).toNanos() / 1_000;
  }
}
