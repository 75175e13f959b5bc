package dev.rookery.redis;

import dev.rookery.BusConfig;
import dev.rookery.EventBus;
import dev.rookery.testkit.BusContract;

class HybridBusTest extends BusContract {
  private static final TestServer SERVER = TestServer.shared();

  HybridBusTest() {
    SERVER.empty();
  }

  @Override
  protected EventBus open(BusConfig config) {
    return EventBus.open("memory:hybrid?tail=" + SERVER.address(), config);
  }

  @Override
  public boolean keeps() {
    return false;
  }
}
