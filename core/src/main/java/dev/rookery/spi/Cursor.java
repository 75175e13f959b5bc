package dev.rookery.spi;

import dev.rookery.DeadLetter;
import dev.rookery.Position;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How far a subscription got in one partition.
 *
 * @param floor everything up to here is settled
 * @param settled ranges above the floor that are settled too, rising
 * @param waiting events with attempts behind them, by position: above the floor those of the log,
 *     anywhere those that are redriven
 * @param parked keys whose events are put aside in the dead-letter store, by key
 */
public record Cursor(
    Place floor, List<Range> settled, Map<Position, Waiting> waiting, Map<String, Parked> parked) {

  /**
   * All positions of the log from the first to the last, both included.
   *
   * @param count how many events that is
   */
  public record Range(Position first, Position last, long count) {}

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
   * @param head how it stands with the first of them; empty where it was not tried yet
   * @param held whether it waits for an operator
   */
  public record Parked(Optional<Waiting> head, boolean held) {}

  public Cursor {
    settled = List.copyOf(settled);
    waiting = Map.copyOf(waiting);
    parked = Map.copyOf(parked);
  }

  public static Cursor at(Place floor) {
    return new Cursor(floor, List.of(), Map.of(), Map.of());
  }
}
