package dev.rookery.client;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.EventBus;
import dev.rookery.InvalidInput;
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
    if (address.option("tail").isPresent()) {
      throw new InvalidInput(
          "a served bus has no tail of its own; leave tail= out here, and start the server with it:"
              + " rookery serve --bus 'postgresql://host/db?tail=redis://host:6379'");
    }
    return new RemoteBus(address, config, Environment.system());
  }
}
