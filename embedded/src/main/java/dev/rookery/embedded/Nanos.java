package dev.rookery.embedded;

import java.time.Instant;

/** Instants as nanoseconds since 1970, which reach from 1677 to 2262; others become the ends. */
final class Nanos {
  private static final long PER_SECOND = 1_000_000_000;
  private static final long MOST_SECONDS = Long.MAX_VALUE / PER_SECOND - 1;

  private Nanos() {}

  static long of(Instant instant) {
    if (Math.abs(instant.getEpochSecond()) > MOST_SECONDS) {
      return instant.getEpochSecond() < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
    return instant.getEpochSecond() * PER_SECOND + instant.getNano();
  }

  static Instant instant(long nanos) {
    return Instant.ofEpochSecond(
        Math.floorDiv(nanos, PER_SECOND), Math.floorMod(nanos, PER_SECOND));
  }
}
