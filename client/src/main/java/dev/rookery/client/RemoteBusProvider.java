package dev.rookery.client;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.EventBus;
import dev.rookery.spi.Environment;
import java.util.Set;

/** Opens the bus that another process serves: {@code http://host:port}. */
public final class RemoteBusProvider implements EventBus.Provider {
  @Override
  public Set<String> schemes() {
    return Set.of("http", "https");
  }

  @Override
  public EventBus open(Address address, BusConfig config) {
    return new RemoteBus(address, config, Environment.system());
  }
}
