package dev.rookery.redis;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.InvalidInput;
import dev.rookery.spi.Environment;
import dev.rookery.spi.Tail;
import java.util.Set;

/**
 * Opens a tail at {@code redis://[user:password@]host[:port][/database]}, and {@code rediss:} over
 * TLS; {@code length=N} keeps about that many entries of each partition.
 */
public final class RedisTailProvider implements Tail.Provider {
  private static final String LENGTH = "length";
  private static final long USUAL_LENGTH = 10_000;

  @Override
  public Set<String> schemes() {
    return Set.of("redis", "rediss");
  }

  @Override
  public Tail open(Address address, BusConfig config, Environment environment) {
    long length = address.option(LENGTH).map(RedisTailProvider::length).orElse(USUAL_LENGTH);
    return new RedisTail(
        RedisAddress.of(address.without(LENGTH)),
        config,
        length,
        new Scripts(Scripts.SERVER_CLOCK));
  }

  private static long length(String text) {
    try {
      return Math.max(1, Long.parseUnsignedLong(text));
    } catch (NumberFormatException e) {
      throw new InvalidInput(
          "length=" + InvalidInput.shown(text) + " is no number of entries; length=10000 is", e);
    }
  }
}
