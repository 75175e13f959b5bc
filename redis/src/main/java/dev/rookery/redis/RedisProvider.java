package dev.rookery.redis;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Environment;
import java.util.Set;

/**
 * Opens {@code redis://[user:password@]host[:port][/database]}, and {@code rediss:} over TLS; a
 * cluster by any of its nodes. Options: {@code durability=fsynced} or {@code replicated} refuses a
 * server that does not give it; with {@code sentinel=NAME} host and port are those of a sentinel,
 * and the master of that name is used, whichever server that is.
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
