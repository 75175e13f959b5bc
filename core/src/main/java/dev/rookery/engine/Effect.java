package dev.rookery.engine;

import dev.rookery.DeadLetter;
import dev.rookery.Delivery;
import dev.rookery.Outcome;
import dev.rookery.Position;
import dev.rookery.Settlement;
import dev.rookery.spi.Cursor;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What a worker wants done. Those that touch the store are done in the order in which they were
 * asked for.
 */
sealed interface Effect {
  /** Read after a position; answered when there is something, by {@link Message.Arrived}. */
  record Read(Position after, int maxEvents, long maxBytes) implements Effect {}

  /**
   * Hand out deliveries of one key, each to be begun when the one before it was handled, and none
   * behind one that was not; answered by a {@link Message.Result} for each that was begun.
   */
  record Handle(List<Delivery> run) implements Effect {}

  /** Tell the audit what became of an attempt; not answered. */
  record Audit(Delivery delivery, Outcome outcome, Settlement settlement, Duration took)
      implements Effect {}

  /** Store the cursor; answered by {@link Message.Saved}. */
  record Save(Cursor cursor, long version) implements Effect {}

  /** Store dead letters; answered by {@link Message.Buried}. */
  record Bury(List<DeadLetter> letters) implements Effect {}

  /** Remove letters whose events are settled; not answered. */
  record Unbury(List<String> ids) implements Effect {}

  /** Look for the letters of a key after a position; answered by {@link Message.Fetched}. */
  record FetchKey(String key, Position after) implements Effect {}

  /** Look for letters that somebody asked for again; answered by {@link Message.Redriven}. */
  record FetchRedriving() implements Effect {}

  /** Send {@link Message.Due} at the instant; a later wish replaces an earlier one. */
  record Wake(Instant at) implements Effect {}

  /** A replay has settled everything up to its end. */
  record Ended() implements Effect {}

  /** Everything is finished and saved after {@link Message.Stop}. */
  record Stopped() implements Effect {}
}
