package dev.rookery.archive;

import java.time.Duration;

/**
 * When a segment is cut.
 *
 * @param events as soon as there are so many
 * @param bytes it takes no more than these and one event
 * @param age or when it waited so long for more
 * @param pause how long to rest between two looks at the log
 */
record Pace(int events, long bytes, Duration age, Duration pause) {
  static final Pace STANDARD =
      new Pace(16_384, 12L << 20, Duration.ofMinutes(10), Duration.ofSeconds(1));

  Pace {
    if (events < 1
        || events > Segment.MOST_ENTRIES
        || bytes < 1
        || bytes > Segment.MOST_BYTES / 2) {
      throw new IllegalArgumentException("segments of " + events + " events, " + bytes + " bytes");
    }
  }
}
