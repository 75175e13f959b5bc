package dev.rookery.engine;

import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.StreamConfig;
import dev.rookery.spi.Claim;
import dev.rookery.spi.Control;
import dev.rookery.spi.Cursor;
import dev.rookery.spi.EventLog.PartitionSize;
import dev.rookery.spi.SubscriptionStore;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Measures for how long nobody has read the subscriptions that are behind, and says which keep a
 * stream from dropping what it need not keep.
 *
 * <h2>Whose clock</h2>
 *
 * Nobody's: what counts is the time between two looks of one process, on its monotonic clock, in
 * which all claims stood as they were. It is added to what the store knows already, and only where
 * the store's number did not change between the two looks: so two processes never add the same
 * minute, and what they add up is never more than what has passed. Time in which nobody looked, or
 * a machine slept, is not counted, and a clock that is set has no part in it.
 */
final class UnreadWatch {
  private static final System.Logger LOG = System.getLogger(UnreadWatch.class.getName());
  private static final Duration LONGEST_INTERVAL = Duration.ofMinutes(1);
  private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(100);
  private static final Duration WORTH_A_WORD = Duration.ofDays(1);

  private final EngineParts parts;
  private final SubscriptionStore store;
  private final Duration interval;
  private final Map<String, ClaimWatch> watches = new HashMap<>();
  private final Set<String> said = new HashSet<>();
  private Set<String> dueBefore = Set.of();
  private Optional<String> seen = Optional.empty();
  private long seenAt;

  /**
   * A subscription that is to be given up.
   *
   * @param claims as they stand
   * @param held the partitions that it keeps from dropping events
   */
  record Due(String subscription, Map<Partition, Claim> claims, Set<Partition> held) {}

  UnreadWatch(EngineParts parts) {
    this.parts = parts;
    this.store = parts.backend().subscriptions();
    this.seenAt = parts.environment().nanoTime();
    Duration wanted =
        parts.config().streams().stream()
            .flatMap(stream -> stream.giveUpAfter().stream())
            .min(Duration::compareTo)
            .map(shortest -> shortest.dividedBy(4))
            .orElse(LONGEST_INTERVAL);
    this.interval =
        wanted.compareTo(LONGEST_INTERVAL) > 0
            ? LONGEST_INTERVAL
            : wanted.compareTo(SHORTEST_INTERVAL) < 0 ? SHORTEST_INTERVAL : wanted;
  }

  /** How often to look. */
  Duration interval() {
    return interval;
  }

  /** Looks; answers what is to be given up, at this look as at the one before. */
  List<Due> look() {
    Optional<String> stored = parts.backend().setting(Unread.SETTING);
    long now = parts.environment().nanoTime();
    long passed = stored.equals(seen) ? (now - seenAt) / 1_000_000 : 0;
    long counted = Math.clamp(passed, 0, 2 * interval.toMillis());
    Map<String, Unread> before = Unread.read(stored);
    Map<String, Unread> present = new TreeMap<>();
    List<Due> due = new ArrayList<>();
    for (Control control : store.list()) {
      String name = control.definition().name();
      Map<Partition, Claim> claims = store.claims(name);
      if (control.paused() || !isUnowned(name, claims, now)) {
        continue;
      }
      Map<Partition, Cursor> behind = behind(name);
      if (!behind.isEmpty()) {
        String stand = Unread.standOf(claims);
        long millis =
            Optional.ofNullable(before.get(name))
                .filter(unread -> unread.claims().equals(stand))
                .map(unread -> unread.millis() + counted)
                .orElse(0L);
        present.put(name, new Unread(stand, millis));
        warn(name, Duration.ofMillis(millis), behind.keySet());
        due(name, claims, behind, Duration.ofMillis(millis)).ifPresent(due::add);
      }
    }
    said.retainAll(present.keySet());
    boolean written =
        !present.equals(before)
            && parts.backend().changeSetting(Unread.SETTING, stored, Unread.text(present));
    seen = written ? Optional.of(Unread.text(present)) : stored;
    seenAt = now;
    return twice(due);
  }

  private List<Due> twice(List<Due> due) {
    List<Due> again = due.stream().filter(each -> dueBefore.contains(each.subscription())).toList();
    Set<String> names = new HashSet<>();
    due.forEach(each -> names.add(each.subscription()));
    dueBefore = names;
    return again;
  }

  private boolean isUnowned(String name, Map<Partition, Claim> claims, long now) {
    ClaimWatch watch = watches.computeIfAbsent(name, _ -> new ClaimWatch());
    boolean unowned = true;
    for (Claim claim : claims.values()) {
      unowned &= watch.mayBeTaken(claim, now);
    }
    return unowned;
  }

  private Map<Partition, Cursor> behind(String name) {
    Map<Partition, Cursor> behind = new TreeMap<>(store.cursors(name));
    behind
        .entrySet()
        .removeIf(each ->
            !parts
                .log()
                .latest(each.getKey())
                .position()
                .isAfter(each.getValue().floor().position()));
    return behind;
  }

  private Optional<Due> due(
      String name, Map<Partition, Claim> claims, Map<Partition, Cursor> behind, Duration unread) {
    Set<Partition> held = new TreeSet<>();
    behind.forEach((partition, cursor) -> {
      Optional<Duration> limit = stream(partition).flatMap(StreamConfig::giveUpAfter);
      if (limit.filter(time -> unread.compareTo(time) >= 0).isPresent()
          && holdsBack(partition, cursor)) {
        held.add(partition);
      }
    });
    return held.isEmpty() ? Optional.empty() : Optional.of(new Due(name, claims, held));
  }

  private Optional<StreamConfig> stream(Partition partition) {
    return parts.config().stream(partition.stream());
  }

  /** Whether events would have been dropped but for this cursor, from the log or its archive. */
  private boolean holdsBack(Partition partition, Cursor cursor) {
    Optional<Position> needed =
        stream(partition)
            .flatMap(StreamConfig::archiveAge)
            .map(age -> parts.environment().now().minus(age))
            .map(time -> parts.log().at(partition, time).position());
    if (needed.filter(first -> first.isAfter(cursor.floor().position())).isPresent()) {
      return true;
    }
    if (cursor.floor().position().isAfter(parts.log().earliest(partition).position())) {
      return false;
    }
    PartitionSize size = parts.log().size(partition);
    boolean full =
        parts.limitBytes(partition).filter(limit -> size.bytes() > limit / 10 * 9).isPresent();
    return full
        || stream(partition)
            .flatMap(StreamConfig::retainAge)
            .flatMap(age -> size.oldest().map(taken -> taken.plus(age)))
            .filter(end -> end.isBefore(parts.environment().now()))
            .isPresent();
  }

  /** Says it once. */
  private void warn(String name, Duration unread, Set<Partition> behind) {
    Duration patience =
        behind.stream()
            .flatMap(partition -> stream(partition).flatMap(StreamConfig::giveUpAfter).stream())
            .map(limit -> limit.dividedBy(2))
            .reduce(WORTH_A_WORD, (a, b) -> a.compareTo(b) < 0 ? a : b);
    if (unread.compareTo(patience) >= 0 && said.add(name)) {
      LOG.log(Level.WARNING, line(name, unread));
    }
  }

  /** It, for people. */
  static String line(String name, Duration unread) {
    return "nobody has read the subscription "
        + name
        + " for "
        + Unread.shown(unread)
        + ", and what it has not read is kept; start who reads it, or give it up: 'rookery remove "
        + name
        + "'";
  }
}
