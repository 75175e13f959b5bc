package dev.rookery.spi;

import dev.rookery.BusConfig;
import dev.rookery.EventBus;
import java.util.ServiceLoader;

/**
 * Makes a bus of a backend; for those who bring a backend or an environment of their own, as tests
 * do.
 */
public interface Engine {
  /** The engine of this process, found with {@link ServiceLoader}. */
  static Engine standard() {
    return ServiceLoader.load(Engine.class).findFirst().orElseThrow();
  }

  /** A bus over a backend, which it closes with itself. */
  EventBus open(Backend backend, BusConfig config, Environment environment);
}
