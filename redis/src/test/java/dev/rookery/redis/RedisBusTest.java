package dev.rookery.redis;

import dev.rookery.BusConfig;
import dev.rookery.EventBus;
import dev.rookery.testkit.BusContract;

class RedisBusTest extends BusContract {
  private static final TestServer SERVER = TestServer.shared();

  RedisBusTest() {
    SERVER.empty();
  }

  @Override
  protected EventBus open(BusConfig config) {
    return EventBus.open(SERVER.address(), config);
  }
}
