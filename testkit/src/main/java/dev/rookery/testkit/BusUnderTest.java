package dev.rookery.testkit;

import dev.rookery.BusConfig;
import dev.rookery.EventBus;

/** What every part of {@link BusContract} works with. */
interface BusUnderTest {
  /**
   * A bus on the store of this test; a second one is another process on it, as far as the store
   * takes one.
   */
  EventBus bus(BusConfig config) throws Exception;

  default EventBus bus() throws Exception {
    return bus(BusConfig.standard());
  }
}
