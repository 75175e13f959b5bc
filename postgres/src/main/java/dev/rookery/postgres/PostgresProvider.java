package dev.rookery.postgres;

import dev.rookery.Address;
import dev.rookery.Backup;
import dev.rookery.BusConfig;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Environment;
import dev.rookery.spi.Restoration;
import java.util.Set;

/**
 * Opens {@code postgresql://[user[:password]@]host[:port]/database}: see {@link PostgresAddress}.
 */
public final class PostgresProvider implements Backend.Provider {
  @Override
  public Set<String> schemes() {
    return Set.of("postgresql");
  }

  @Override
  public Backend open(Address address, BusConfig config, Environment environment) {
    return PostgresBackend.open(PostgresAddress.of(address), config, environment);
  }

  /** The tables are made by the address's user, who must own them; behind a pool see to listen=. */
  @Override
  public Restoration restore(Address address, Backup.Header header, Environment environment) {
    return RestoredSchema.begin(PostgresAddress.of(address), header);
  }
}
