package dev.rookery.testkit;

import dev.rookery.BusConfig;
import dev.rookery.EventBus;
import java.util.UUID;

class MemoryBusTest extends BusContract {
  private final String address = "memory:" + UUID.randomUUID();

  @Override
  protected EventBus open(BusConfig config) {
    return EventBus.open(address, config);
  }

  @Override
  public boolean keeps() {
    return false;
  }
}
