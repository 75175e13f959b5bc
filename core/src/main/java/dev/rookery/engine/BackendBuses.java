package dev.rookery.engine;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.EventBus;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Engine;
import dev.rookery.spi.Environment;
import java.util.HashSet;
import java.util.ServiceLoader;
import java.util.Set;

/** Opens a bus over whatever backend knows the address. */
public final class BackendBuses implements EventBus.Provider, Engine {
  @Override
  public Set<String> schemes() {
    Set<String> schemes = new HashSet<>();
    ServiceLoader.load(Backend.Provider.class)
        .forEach(provider -> schemes.addAll(provider.schemes()));
    return schemes;
  }

  @Override
  public EventBus open(Address address, BusConfig config) {
    Environment environment = Environment.system();
    for (Backend.Provider provider : ServiceLoader.load(Backend.Provider.class)) {
      if (provider.schemes().contains(address.scheme())) {
        return open(provider.open(address, config, environment), config, environment);
      }
    }
    throw new IllegalStateException("no backend for " + address.scheme());
  }

  @Override
  public EventBus open(Backend backend, BusConfig config, Environment environment) {
    return new EngineBus(backend, config, environment);
  }
}
