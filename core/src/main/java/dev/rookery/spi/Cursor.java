package dev.rookery.spi;

import dev.rookery.DeadLetter;
import dev.rookery.Position;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;

/**
 * How far a subscription got in one partition.
 *
 * @param floor everything up to here is settled
 * @param settled ranges above the floor that are settled too, rising
 * @param waiting events with attempts behind them, by position: those above the floor, and those
 *     that came back from the dead-letter store
 * @param parked keys whose events are put aside in the dead-letter store, by key
 * @param crashes how many owners in a row ended without giving their claim back, before a while
 *     went well
 */
public record Cursor(
    Place floor,
    List<Range> settled,
    Map<Position, Waiting> waiting,
    Map<String, Parked> parked,
    int crashes) {

  /**
   * All positions of the log from the first to the last, both included.
   *
   * @param count how many events that is
   */
  public record Range(Position first, Position last, long count) {
    private boolean holds(Position position) {
      return !first.isAfter(position) && !position.isAfter(last);
    }
  }

  /**
   * An event that was tried.
   *
   * @param attempts made so far
   * @param notBefore when the next may be made
   */
  public record Waiting(int attempts, Instant notBefore, List<DeadLetter.Failure> failures) {
    public Waiting {
      failures = List.copyOf(failures);
    }
  }

  /**
   * A key whose events are put aside.
   *
   * @param head the first of them, where it was tried already
   * @param held whether it waits for an operator
   */
  public record Parked(Optional<Head> head, boolean held) {}

  /** The first event of a key that is put aside, and how it stands with it. */
  public record Head(Position position, Waiting state) {}

  public Cursor {
    settled = List.copyOf(settled);
    waiting = Map.copyOf(waiting);
    parked = Map.copyOf(parked);
  }

  /** Whether the event there is settled; those put aside in the dead-letter store are, too. */
  public boolean isSettled(Position position) {
    return !position.isAfter(floor.position())
        || settled.stream().anyMatch(range -> range.holds(position));
  }

  /** With more that is settled above the floor. */
  public Cursor settling(SortedSet<Position> positions) {
    List<Range> ranges = new ArrayList<>(settled);
    Map<Position, Waiting> left = new HashMap<>(waiting);
    for (Position position : positions) {
      if (settled.stream().noneMatch(range -> range.holds(position))) {
        ranges.add(new Range(position, position, 1));
        left.remove(position);
      }
    }
    ranges.sort(Comparator.comparing(Range::first));
    return new Cursor(floor, ranges, left, parked, crashes);
  }

  public static Cursor at(Place floor) {
    return new Cursor(floor, List.of(), Map.of(), Map.of(), 0);
  }
}
