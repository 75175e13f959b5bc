package dev.rookery.postgres;

import dev.rookery.Address;
import dev.rookery.spi.Environment;
import dev.rookery.spi.SegmentStore;
import java.util.Set;

/** Opens {@code archive=postgresql://host/db}, under the same rules as a log there. */
public final class PostgresSegmentsProvider implements SegmentStore.Provider {
  @Override
  public Set<String> schemes() {
    return Set.of("postgresql");
  }

  @Override
  public SegmentStore open(Address address, Environment environment) {
    PostgresAddress place = PostgresAddress.of(address);
    return new PostgresSegments(PostgresBackend.prepared(place));
  }
}
