package dev.rookery.testkit;

import dev.rookery.BusConfig;
import dev.rookery.EventBus;

class MemoryBusTest extends BusContract {
  @Override
  protected EventBus open(BusConfig config) {
    return EventBus.open("memory:contract", config);
  }

  @Override
  public boolean keeps() {
    return false;
  }
}
