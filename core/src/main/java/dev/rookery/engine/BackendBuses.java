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
    return open(backend(address, config, environment), config, environment);
  }

  private static Backend backend(Address address, BusConfig config, Environment environment) {
    for (Backend.Extension extension : ServiceLoader.load(Backend.Extension.class)) {
      if (address.option(extension.option()).isPresent()) {
        return extended(extension, address, config, environment);
      }
    }
    for (Backend.Provider provider : ServiceLoader.load(Backend.Provider.class)) {
      if (provider.schemes().contains(address.scheme())) {
        return provider.open(address, config, environment);
      }
    }
    throw new IllegalStateException("no backend for " + address.scheme());
  }

  private static Backend extended(
      Backend.Extension extension, Address address, BusConfig config, Environment environment) {
    Backend inner = backend(address.without(extension.option()), config, environment);
    try {
      return extension.over(inner, address, config, environment);
    } catch (RuntimeException e) {
      inner.close();
      throw e;
    }
  }

  @Override
  public EventBus open(Backend backend, BusConfig config, Environment environment) {
    return new EngineBus(backend, config, environment);
  }
}
