package dev.rookery.memory;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Environment;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Opens {@code memory:name}. All opens of a name in this process share one store, which vanishes
 * with the last close; the first open's configuration and environment are the store's.
 */
public final class MemoryProvider implements Backend.Provider {
  private static final Map<String, Shared> STORES = new HashMap<>();

  private static final class Shared {
    final MemoryStore store;
    int opens;

    Shared(MemoryStore store) {
      this.store = store;
    }
  }

  @Override
  public Set<String> schemes() {
    return Set.of("memory");
  }

  @Override
  public Backend open(Address address, BusConfig config, Environment environment) {
    String name = address.rest();
    synchronized (STORES) {
      Shared shared =
          STORES.computeIfAbsent(name, n -> new Shared(new MemoryStore(config, environment)));
      shared.opens++;
      return new MemoryBackend(shared.store, () -> letGo(name, shared));
    }
  }

  private static void letGo(String name, Shared shared) {
    synchronized (STORES) {
      if (--shared.opens == 0) {
        STORES.remove(name, shared);
      }
    }
  }
}
