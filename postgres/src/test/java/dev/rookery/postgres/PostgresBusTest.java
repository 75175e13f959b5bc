package dev.rookery.postgres;

import dev.rookery.BusConfig;
import dev.rookery.EventBus;
import dev.rookery.testkit.BusContract;

class PostgresBusTest extends BusContract {
  private static final TestServer SERVER = TestServer.shared();

  private static final String ADDRESS = SERVER.freshSchema();

  PostgresBusTest() {
    SERVER.empty(ADDRESS);
  }

  @Override
  protected EventBus open(BusConfig config) {
    return EventBus.open(ADDRESS, config);
  }
}
