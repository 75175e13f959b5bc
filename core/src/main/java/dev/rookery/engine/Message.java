package dev.rookery.engine;

import dev.rookery.DeadLetter;
import dev.rookery.Outcome;
import dev.rookery.Position;
import java.time.Duration;
import java.util.List;

/** What a worker is told. */
sealed interface Message {
  /** The worker has its claim and its cursor and may begin. */
  record Begin() implements Message {}

  /**
   * The answer to {@link Effect.Read}.
   *
   * @param end whether the log held no more
   */
  record Arrived(List<Seen> entries, boolean end) implements Message {}

  /** Attempts have ended. */
  record Settled(List<Result> results) implements Message {}

  /** What came of one attempt; it counts only if position and attempt are those that run. */
  record Result(Position position, int attempt, Outcome outcome, Duration took) {}

  /** Deliveries that were asked for and will not be begun. */
  record Returned(List<Position> positions) implements Message {}

  /** Handlers that go on after they were interrupted at their deadline. */
  record Overdue(List<Position> positions) implements Message {}

  /** The cursor of {@link Effect.Save} is stored. */
  record Saved(long version) implements Message {}

  /** The letters of {@link Effect.Bury} are stored. */
  record Buried(List<DeadLetter> letters) implements Message {}

  /**
   * The answer to {@link Effect.FetchKey}.
   *
   * @param more whether there may be further letters after these
   */
  record Fetched(String key, List<DeadLetter> letters, boolean more) implements Message {}

  /** The answer to {@link Effect.FetchRedriving}. */
  record Redriven(List<DeadLetter> letters) implements Message {}

  /** An operator did something to the subscription's dead letters. */
  record OperatorActed() implements Message {}

  /** The instant of {@link Effect.Wake} has come. */
  record Due() implements Message {}

  /** Finish what runs and begin nothing. */
  record Stop() implements Message {}
}
