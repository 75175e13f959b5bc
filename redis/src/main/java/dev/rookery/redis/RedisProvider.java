package dev.rookery.redis;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Environment;
import java.util.Set;

/**
 * Opens {@code redis://[user:password@]host[:port][/database]}, and {@code rediss:} over TLS; a
 * cluster by any of its nodes. Option: {@code durability=fsynced} refuses a server that does not
 * sync.
 */
public final class RedisProvider implements Backend.Provider {
  @Override
  public Set<String> schemes() {
    return Set.of("redis", "rediss");
  }

  @Override
  public Backend open(Address address, BusConfig config, Environment environment) {
    return RedisBackend.open(
        RedisAddress.of(address), config, environment, new Scripts(Scripts.SERVER_CLOCK));
  }
}
