package dev.rookery.hybrid;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.InvalidInput;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Environment;
import dev.rookery.spi.Tail;
import java.util.ServiceLoader;

/** {@code ?tail=redis://host:6379}: puts a tail beside the log of an address. */
public final class TailOption implements Backend.Extension {
  @Override
  public String option() {
    return "tail";
  }

  @Override
  public Backend over(Backend backend, Address address, BusConfig config, Environment environment) {
    if (!backend.log().hasGaplessPositions()) {
      throw new InvalidInput(
          address
              + " can have no tail: its positions have gaps, so that a missing event could not be"
              + " seen; leave tail= out, or let postgresql: or file: be the log and this the tail");
    }
    Address where = Address.parse(address.option(option()).orElse(""));
    return HybridBackend.of(backend, tail(where, config, environment), config, environment);
  }

  private static Tail tail(Address where, BusConfig config, Environment environment) {
    for (Tail.Provider provider : ServiceLoader.load(Tail.Provider.class)) {
      if (provider.schemes().contains(where.scheme())) {
        return provider.open(where, config, environment);
      }
    }
    throw new InvalidInput(
        "nothing is known that could be a tail at '"
            + InvalidInput.shown(where.scheme())
            + ":'; use tail=redis://host:6379, and put rookery-redis on the class path");
  }
}
