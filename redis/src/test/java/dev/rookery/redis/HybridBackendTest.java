package dev.rookery.redis;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.hybrid.HybridBackend;
import dev.rookery.memory.MemoryProvider;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Environment;
import dev.rookery.testkit.BackendContract;

class HybridBackendTest extends BackendContract {
  private static final TestServer SERVER = TestServer.shared();

  HybridBackendTest() {
    SERVER.empty();
  }

  @Override
  protected Backend open(BusConfig config, Environment environment) {
    return HybridBackend.of(
        new MemoryProvider().open(Address.parse("memory:hybrid"), config, environment),
        new RedisTailProvider().open(Address.parse(SERVER.address()), config, environment),
        config,
        environment);
  }
}
