package dev.rookery.spi;

import dev.rookery.DeadLetter;
import dev.rookery.Operations.DeadLetterFilter;
import dev.rookery.Partition;
import dev.rookery.Position;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeSet;

/** Deliveries given up or put aside. */
public interface DeadLetterStore {
  /**
   * Stores letters, in order, all or none; one of an id that is there already replaces it.
   *
   * @throws dev.rookery.StaleClaim when the claim is no longer the caller's; nothing is changed
   */
  void bury(Claim claim, List<DeadLetter> letters);

  /**
   * Removes letters that are settled now; those that are not there are passed over.
   *
   * @throws dev.rookery.StaleClaim when the claim is no longer the caller's; nothing is changed
   */
  void settle(Claim claim, Collection<String> ids);

  /**
   * The letters of one key of a subscription's partition after a position, by rising position: the
   * parked, and those given up.
   */
  List<DeadLetter> ofKey(
      String subscription, Partition partition, String key, Position after, int limit);

  /**
   * The keys of the events of a subscription's partition that were given up, by position, from
   * after a position; the parked are left out.
   */
  NavigableMap<Position, String> givenUp(String subscription, Partition partition, Position after);

  /**
   * The letters of a subscription's partition that somebody asked for again, by rising position.
   */
  List<DeadLetter> redriving(String subscription, Partition partition, int limit);

  Optional<DeadLetter> find(String id);

  /** The letters that the filter includes, in the order of their ids. */
  List<DeadLetter> list(DeadLetterFilter filter);

  /** Those of {@link #list} where the filter names them by their ids: each is looked up. */
  default List<DeadLetter> named(DeadLetterFilter filter) {
    return new TreeSet<>(filter.ids())
        .tailSet(filter.after().orElse(""), filter.after().isEmpty()).stream()
            .flatMap(id -> find(id).stream())
            .filter(filter::includes)
            .limit(filter.limit())
            .toList();
  }

  /** Marks letters as asked for again; the caller touches their subscriptions. */
  int redrive(Collection<String> ids);

  /** Throws letters away; the caller touches their subscriptions. */
  int discard(Collection<String> ids);

  /** How many letters there are by subscription, the parked not counted. */
  Map<String, Long> counts();

  /**
   * How many letters are parked in a subscription's partition, by key; keys without any are left
   * out.
   */
  Map<String, Long> parked(String subscription, Partition partition);

  /** Throws away what was given up before the instant; the parked stay. */
  int prune(Instant before);
}
