package dev.rookery;

import java.time.Duration;

/**
 * One process's running handle on a subscription. Closing it leaves the subscription and its place
 * as they are.
 */
public interface Subscriber extends AutoCloseable {
  Subscription subscription();

  /**
   * What it does now, for people: {@code running}, {@code standby}, {@code paused} once nothing is
   * out any more, {@code failed: ...}, {@code ended}.
   */
  String state();

  /**
   * Waits until a replay has reached its end, or the subscriber was closed; false when the time ran
   * out before.
   */
  boolean awaitEnd(Duration limit) throws InterruptedException;

  /**
   * Takes nothing new, waits for running handlers up to the limit, interrupts the rest, saves the
   * place and gives the claims back.
   *
   * @return whether every handler ended in time
   */
  boolean drain(Duration limit);

  /**
   * Gives up at once, as a crash would: running handlers are interrupted and their events come
   * again.
   */
  void abandon();

  /** Drains for up to ten seconds. */
  @Override
  default void close() {
    drain(Duration.ofSeconds(10));
  }
}
