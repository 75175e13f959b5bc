package dev.rookery.spi;

import dev.rookery.Operations;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.PositionTrimmed;
import dev.rookery.Search;
import dev.rookery.Unsupported;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The events, in partitions, each with its positions rising. */
public interface EventLog {
  /**
   * Appends events to one partition, all or none, in their order, neighbours of each other. An
   * event whose (source, id) is in the window of ids already is not stored again and is answered
   * with its first position.
   *
   * <p>What an append returned is read by every later read. A position is never given twice, and an
   * event becomes readable only after all events before it in the partition.
   *
   * @return one answer per event, in order
   * @throws dev.rookery.PublishRejected when certainly none is stored
   * @throws dev.rookery.PublishUnknown when they may be stored or not
   */
  List<Appended> append(Partition partition, List<Append> events);

  /**
   * The entries after a position, in order, without gaps; empty at the end of the log. Stops before
   * either limit is passed, but after one entry at the earliest.
   *
   * @throws PositionTrimmed when events after the position have been trimmed
   */
  List<Entry> read(Partition partition, Position after, int maxEvents, long maxBytes);

  /**
   * As {@link #read}, for who reads on and on: it may stop before the end of the log, if listeners
   * are told within a second or so of what is behind it.
   */
  default List<Entry> follow(Partition partition, Position after, int maxEvents, long maxBytes) {
    return read(partition, after, maxEvents, maxBytes);
  }

  /**
   * What stands after a position, for who looks whether it is all there: as {@link #read}, but it
   * goes on past what is missing, and tells what is damaged from what is whole. What is trimmed is
   * left out, whatever the position, and so is what others than the log itself keep.
   */
  default Examined examine(Partition partition, Position after, int maxEvents, long maxBytes) {
    try {
      return new Examined(read(partition, after, maxEvents, maxBytes), List.of());
    } catch (PositionTrimmed e) {
      Position kept = earliest(partition).position();
      return new Examined(read(partition, kept, maxEvents, maxBytes), List.of());
    }
  }

  /**
   * A part of a log as it was found; nothing at all is the log's end.
   *
   * @param flaws what is damaged, by rising position; none of the entries stands there
   */
  record Examined(List<Entry> entries, List<Flaw> flaws) {
    public Examined {
      entries = List.copyOf(entries);
      flaws = List.copyOf(flaws);
    }
  }

  /**
   * An entry that cannot be trusted.
   *
   * @param what is wrong with it, for people
   */
  record Flaw(Position position, String what) {}

  /** The place before the first event kept. */
  Place earliest(Partition partition);

  /** The place after the last event stored. */
  Place latest(Partition partition);

  /** The place before the first kept event that the log took at the instant or later. */
  Place at(Partition partition, Instant time);

  /**
   * The place right after a position; the nearest kept place where the position itself is not kept.
   */
  Place after(Partition partition, Position position);

  /**
   * The stored events of an id; as long as they are kept, or the window of ids at least where they
   * are kept shorter.
   */
  List<Operations.Located> find(String id);

  /**
   * Events after a position that are looked for, in order, at most so many. One call looks at a
   * bounded part of the log and says how far it got; the caller goes on from there.
   *
   * <p>No event that is looked for is left out. Those that the patterns or the condition exclude
   * may be among the found, as a log tests them only where that saves it work; the caller does.
   *
   * @throws PositionTrimmed when events after the position have been trimmed
   */
  default Found search(Partition partition, Search wanted, Position after, int limit) {
    List<Entry> read = read(partition, after, SCANNED_AT_ONCE, SCANNED_BYTES);
    List<Entry.Stored> found = new ArrayList<>();
    Position reached = after;
    for (Entry entry : read) {
      if (found.size() == limit) {
        return new Found(found, reached, false);
      }
      if (entry instanceof Entry.Stored stored && wanted.includes(stored.event())) {
        found.add(stored);
      }
      reached = entry.position();
    }
    return new Found(found, reached, read.isEmpty());
  }

  /** How many events a log without an index looks at in one call of {@link #search}. */
  int SCANNED_AT_ONCE = 1_000;

  /** How many bytes of events it looks at in one call. */
  long SCANNED_BYTES = 4L << 20;

  /**
   * What a search found.
   *
   * @param reached everything up to here was looked at
   * @param end whether nothing was stored after that
   */
  record Found(List<Entry.Stored> events, Position reached, boolean end) {
    public Found {
      events = List.copyOf(events);
    }
  }

  /**
   * Calls the listener soon after appends by any process. It is a hint: it may be late, missed or
   * made up. The listener does not block.
   *
   * @return closes the registration
   */
  Runnable listen(Consumer<Partition> listener);

  /**
   * The place before all that a consumer group has yet to settle, where others made one for a
   * subscription of this name; a log that knows no groups has none.
   */
  default Optional<Place> group(String subscription, Partition partition) {
    return Optional.empty();
  }

  /**
   * Removes a bounded number of the oldest events that the log took longer ago than the age, or
   * that stand before the last {@code keepBytes}. Never removes an event that the floor of any
   * subscription's cursor has not passed; this is compared in one atomic step.
   *
   * @return how many were removed; fewer than could be: call again
   */
  default long trim(Partition partition, Optional<Duration> age, Optional<Long> keepBytes) {
    return trim(partition, age, keepBytes, Optional.empty());
  }

  /**
   * As the other; and where a keeper is named, events that the floor of this subscription has
   * passed go although others have not passed them: it keeps what they have yet to read. One that
   * has no cursor keeps nothing. Consumer groups of others and backups are waited for all the same.
   */
  long trim(
      Partition partition,
      Optional<Duration> age,
      Optional<Long> keepBytes,
      Optional<String> keeper);

  /**
   * Puts {@link dev.rookery.Event#erased} in the place of events of one key, for good: when this
   * returns, what else they said can no longer be read from this log, nor is it kept in its files.
   * Positions, order and all that counts events stay. Where no event of the key stands at a
   * position it is passed over; what is left of trimmed events of the key goes too, as far as the
   * log can tell. Doing it again is harmless, and ends what was interrupted.
   *
   * @throws Unsupported when this log cannot
   */
  default void erase(Partition partition, String key, Collection<Position> positions) {
    throw new Unsupported("this log cannot erase what was stored");
  }

  /**
   * Whether the positions of a partition are 1, 2, 3 and so on, without gaps, so that who has one
   * knows the next.
   */
  default boolean hasGaplessPositions() {
    return false;
  }

  /** Counts of the partition, without its retention, which the engine knows. */
  PartitionSize size(Partition partition);

  /**
   * What a partition holds.
   *
   * @param bytes that the kept events take, as far as the store can tell
   * @param oldest when the log took the first event kept
   */
  record PartitionSize(
      long events,
      long bytes,
      Optional<Position> first,
      Optional<Position> last,
      Optional<Instant> oldest) {}
}
