package dev.rookery.testkit;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.memory.MemoryProvider;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Environment;

class MemoryBackendTest extends BackendContract {
  @Override
  protected Backend open(BusConfig config, Environment environment) {
    return new MemoryProvider().open(Address.parse("memory:contract"), config, environment);
  }
}
