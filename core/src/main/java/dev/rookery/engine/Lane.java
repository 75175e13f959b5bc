package dev.rookery.engine;

import dev.rookery.Position;
import dev.rookery.spi.Cursor;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The events of one key in their order. Some of the first may be handed out as a run; at most one
 * of them, the very first, is being handled.
 *
 * <p>A parked lane has its further events in the dead-letter store, behind those that it holds in
 * memory; new ones go there too, until the store has none left.
 */
final class Lane {
  final String key;
  final ArrayDeque<Pending> queue = new ArrayDeque<>();

  /** How many of the first events are handed out. */
  int handedOut;

  /** Whether the lane waits for a retry or a stuck handler, and so is not counted in the window. */
  boolean blocked;

  /** Whether it stands in the queue of lanes that can go on. */
  boolean ready;

  /** When the first event failed first. */
  @Nullable Instant troubledSince;

  /** When it can go on; null where nothing but a handler or a store is waited for. */
  @Nullable Instant due;

  boolean parked;

  /** Whether a parked lane waits for an operator. */
  boolean held;

  /** The first parked event, where it was tried already and waits in the store. */
  Optional<Cursor.Head> parkedHead = Optional.empty();

  boolean fetching;

  /** Whether something happened meanwhile that makes another look at the store worth while. */
  boolean fetchAgain;

  /** The earliest event that was parked since the store was asked for the parked ones. */
  @Nullable Position parkedSinceFetch;

  /** How many of its events are on their way into the dead-letter store. */
  int burying;

  /** The version of the cursor that says of all its parked events that they are settled. */
  long parkedVersion;

  Position fetchAfter = Position.ZERO;

  Lane(String key) {
    this.key = key;
  }

  boolean isRunning() {
    return handedOut > 0;
  }

  boolean isIdle() {
    return queue.isEmpty() && !isRunning() && !parked && burying == 0 && !fetching;
  }
}
