package dev.rookery.archive;

import dev.rookery.Position;
import dev.rookery.StreamConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * How long an archive keeps a partition's segments.
 *
 * <h2>Why what is left has no gaps</h2>
 *
 * Segments go in the order of their last positions. Each event after the last of those that went is
 * in a segment that ends later, and so is still there, however segments overlap and wherever
 * whoever removes them ends.
 *
 * @param age a segment goes when the log took its last event longer ago
 * @param bytes the oldest go until the others take no more
 */
record Retention(Optional<Duration> age, Optional<Long> bytes) {
  private static final Comparator<SegmentName> ORDER =
      Comparator.comparing(SegmentName::last).thenComparing(SegmentName::before);

  static final Retention FOR_EVER = new Retention(Optional.empty(), Optional.empty());

  static Retention of(StreamConfig stream) {
    return new Retention(
        stream.archiveAge(), stream.archiveBytes().map(all -> all / stream.partitions()));
  }

  boolean isForEver() {
    return age.isEmpty() && bytes.isEmpty();
  }

  /**
   * The segments that go, in the order in which they are to be removed.
   *
   * @param sizes of all of a partition, those given up too
   * @param floor what every subscription is past
   * @param taken when the log had taken a segment's last event; empty where that cannot be read,
   *     then it goes with the one after it
   */
  List<SegmentName> due(
      Map<SegmentName, Long> sizes,
      Position floor,
      Instant now,
      Function<SegmentName, Optional<Instant>> taken) {
    List<SegmentName> passed =
        sizes.keySet().stream().filter(name -> !name.last().isAfter(floor)).sorted(ORDER).toList();
    long left = sizes.values().stream().mapToLong(Long::longValue).sum();
    int going = 0;
    for (int i = 0; i < passed.size(); i++) {
      boolean tooMuch = isMoreThanAllowed(left);
      Optional<Instant> then = age.isEmpty() ? Optional.empty() : taken.apply(passed.get(i));
      if (tooMuch || then.filter(time -> isTooOld(time, now)).isPresent()) {
        left -= passed.subList(going, i + 1).stream().mapToLong(sizes::get).sum();
        going = i + 1;
      } else if (age.isEmpty() || then.isPresent()) {
        break;
      }
    }
    return passed.subList(0, going);
  }

  private boolean isMoreThanAllowed(long left) {
    return bytes.isPresent() && left > bytes.get();
  }

  private boolean isTooOld(Instant taken, Instant now) {
    return age.filter(limit -> taken.isBefore(now.minus(limit))).isPresent();
  }
}
