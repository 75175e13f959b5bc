package dev.rookery.verify;

import dev.rookery.BusConfig;
import dev.rookery.EventBus;
import dev.rookery.testkit.BusContract;
import java.util.UUID;

class MemoryBusTest extends BusContract {
  private final String address = "memory:" + UUID.randomUUID();

  @Override
  protected EventBus open(BusConfig config) {
    return EventBus.open(address, config);
  }
}
