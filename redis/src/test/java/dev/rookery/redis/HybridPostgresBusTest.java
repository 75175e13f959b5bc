package dev.rookery.redis;

import dev.rookery.BusConfig;
import dev.rookery.EventBus;
import dev.rookery.testkit.BusContract;
import org.junit.jupiter.api.Tag;

@Tag("nightly")
class HybridPostgresBusTest extends BusContract {
  private static final TestServer SERVER = TestServer.shared();
  private static final dev.rookery.postgres.TestServer TRUTH =
      dev.rookery.postgres.TestServer.shared();

  private final String address = TRUTH.freshSchema() + "&tail=" + SERVER.address();

  HybridPostgresBusTest() {
    SERVER.empty();
  }

  @Override
  protected EventBus open(BusConfig config) {
    return EventBus.open(address, config);
  }
}
