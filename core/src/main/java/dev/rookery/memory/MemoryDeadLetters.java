package dev.rookery.memory;

import dev.rookery.DeadLetter;
import dev.rookery.Operations.DeadLetterFilter;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.spi.Claim;
import dev.rookery.spi.DeadLetterStore;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Dead letters in memory, under the lock of the subscriptions, whose claims they are held against.
 */
final class MemoryDeadLetters implements DeadLetterStore {
  /** Where a letter stands among others; positions alone may be shared. */
  private record Standing(Position position, String id) implements Comparable<Standing> {
    private static final Comparator<Standing> ORDER =
        Comparator.comparing(Standing::position).thenComparing(Standing::id);

    static Standing of(DeadLetter letter) {
      return new Standing(letter.position(), letter.id());
    }

    static Standing firstAfter(Position position) {
      return new Standing(new Position(position.high(), position.low() + 1), "");
    }

    @Override
    public int compareTo(Standing other) {
      return ORDER.compare(this, other);
    }
  }

  private record Worked(String subscription, Partition partition) {
    static Worked of(DeadLetter letter) {
      return new Worked(letter.subscription(), letter.partition());
    }
  }

  private record Lane(Worked worked, String key) {
    static Lane of(DeadLetter letter) {
      return new Lane(Worked.of(letter), letter.key());
    }
  }

  private final MemorySubscriptions lock;
  private final NavigableMap<String, DeadLetter> byId = new TreeMap<>();
  private final Map<Lane, NavigableMap<Standing, DeadLetter>> lanes = new HashMap<>();
  private final Map<Worked, NavigableMap<Standing, DeadLetter>> redriving = new HashMap<>();
  private final Map<Worked, Map<String, Long>> parked = new HashMap<>();

  MemoryDeadLetters(MemorySubscriptions lock) {
    this.lock = lock;
  }

  @Override
  public void bury(Claim claim, List<DeadLetter> letters) {
    lock.under(claim, () -> letters.forEach(this::put));
  }

  @Override
  public void settle(Claim claim, Collection<String> ids) {
    lock.under(claim, () -> ids.forEach(this::drop));
  }

  private void put(DeadLetter letter) {
    drop(letter.id());
    byId.put(letter.id(), letter);
    add(lanes, Lane.of(letter), letter);
    if (letter.state() == DeadLetter.State.REDRIVING) {
      add(redriving, Worked.of(letter), letter);
    }
    if (isParked(letter)) {
      parked
          .computeIfAbsent(Worked.of(letter), w -> new TreeMap<>())
          .merge(letter.key(), 1L, Long::sum);
    }
  }

  private boolean drop(String id) {
    DeadLetter letter = byId.remove(id);
    if (letter == null) {
      return false;
    }
    remove(lanes, Lane.of(letter), letter);
    remove(redriving, Worked.of(letter), letter);
    if (isParked(letter)) {
      parked.computeIfPresent(Worked.of(letter), (worked, keys) -> oneLess(keys, letter.key()));
    }
    return true;
  }

  private static @Nullable Map<String, Long> oneLess(Map<String, Long> keys, String key) {
    keys.computeIfPresent(key, (k, count) -> count == 1 ? null : (Long) (count - 1));
    return keys.isEmpty() ? null : keys;
  }

  private static boolean isParked(DeadLetter letter) {
    return letter.reason() == DeadLetter.Reason.PARKED;
  }

  private static <K> void add(
      Map<K, NavigableMap<Standing, DeadLetter>> letters, K key, DeadLetter letter) {
    letters.computeIfAbsent(key, k -> new TreeMap<>()).put(Standing.of(letter), letter);
  }

  private static <K> void remove(
      Map<K, NavigableMap<Standing, DeadLetter>> letters, K key, DeadLetter letter) {
    letters.computeIfPresent(
        key,
        (k, standing) -> {
          standing.remove(Standing.of(letter));
          return standing.isEmpty() ? null : standing;
        });
  }

  @Override
  public List<DeadLetter> ofKey(
      String subscription, Partition partition, String key, Position after, int limit) {
    synchronized (lock) {
      NavigableMap<Standing, DeadLetter> letters =
          lanes.get(new Lane(new Worked(subscription, partition), key));
      return letters == null
          ? List.of()
          : first(letters.tailMap(Standing.firstAfter(after), true), limit);
    }
  }

  @Override
  public NavigableMap<Position, String> givenUp(
      String subscription, Partition partition, Position after) {
    Worked worked = new Worked(subscription, partition);
    NavigableMap<Position, String> keys = new TreeMap<>();
    synchronized (lock) {
      byId.values().stream()
          .filter(letter -> Worked.of(letter).equals(worked) && !isParked(letter))
          .filter(letter -> letter.position().isAfter(after))
          .forEach(letter -> keys.put(letter.position(), letter.key()));
    }
    return keys;
  }

  @Override
  public List<DeadLetter> redriving(String subscription, Partition partition, int limit) {
    synchronized (lock) {
      NavigableMap<Standing, DeadLetter> letters =
          redriving.get(new Worked(subscription, partition));
      return letters == null ? List.of() : first(letters, limit);
    }
  }

  private static List<DeadLetter> first(NavigableMap<Standing, DeadLetter> letters, int limit) {
    return letters.values().stream().limit(limit).toList();
  }

  @Override
  public Optional<DeadLetter> find(String id) {
    synchronized (lock) {
      return Optional.ofNullable(byId.get(id));
    }
  }

  @Override
  public List<DeadLetter> list(DeadLetterFilter filter) {
    synchronized (lock) {
      return filter.after().map(id -> byId.tailMap(id, false)).orElse(byId).values().stream()
          .filter(filter::includes)
          .limit(filter.limit())
          .toList();
    }
  }

  @Override
  public int redrive(Collection<String> ids) {
    synchronized (lock) {
      List<DeadLetter> letters =
          ids.stream().distinct().flatMap(id -> Stream.ofNullable(byId.get(id))).toList();
      letters.forEach(letter -> put(letter.in(DeadLetter.State.REDRIVING)));
      return letters.size();
    }
  }

  @Override
  public int discard(Collection<String> ids) {
    synchronized (lock) {
      return (int) List.copyOf(ids).stream().filter(this::drop).count();
    }
  }

  @Override
  public Map<String, Long> counts() {
    synchronized (lock) {
      Map<String, Long> counts = new TreeMap<>();
      byId.values().stream()
          .filter(Predicate.not(MemoryDeadLetters::isParked))
          .forEach(letter -> counts.merge(letter.subscription(), 1L, Long::sum));
      return counts;
    }
  }

  @Override
  public Map<String, Long> parked(String subscription, Partition partition) {
    synchronized (lock) {
      return Map.copyOf(parked.getOrDefault(new Worked(subscription, partition), Map.of()));
    }
  }

  @Override
  public int prune(Instant before) {
    synchronized (lock) {
      List<String> old =
          byId.values().stream()
              .filter(letter -> !isParked(letter) && letter.since().isBefore(before))
              .map(DeadLetter::id)
              .toList();
      return discard(old);
    }
  }
}
