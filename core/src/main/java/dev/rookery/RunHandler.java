package dev.rookery;

import java.util.List;

/**
 * Takes deliveries and settles them later, so that no thread of the bus waits meanwhile: for those
 * who pass deliveries on, as a server does. Only a bus that runs its own engine takes such a
 * handler.
 */
public interface RunHandler extends EventHandler {
  /** Whether a run may be longer than one delivery. */
  boolean takesSeveral();

  /**
   * Takes a run and returns soon. Each of its deliveries may be begun when the one before it was
   * handled; the first one that is not handled ends the run, and those behind it come again.
   */
  void take(Run run);

  /** The deliveries from an index on are taken back: time ran out for them. */
  void revoked(Run run, int from);

  @Override
  default void handle(Event event) {
    throw new UnsupportedOperationException("this handler takes runs");
  }

  /** Deliveries of one key, to be handled one after the other. */
  interface Run {
    List<Delivery> deliveries();

    /**
     * Says what came of a delivery.
     *
     * @return false when it is not its turn, or not any more
     */
    boolean settle(int index, Outcome outcome);

    /**
     * Still at work on a delivery: its deadline begins anew.
     *
     * @return false when it is not its turn, or not any more
     */
    boolean working(int index);
  }
}
