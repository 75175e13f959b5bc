package dev.rookery.benchmarks.redis;

import dev.rookery.benchmarks.load.Gather;
import dev.rookery.benchmarks.load.Load;
import dev.rookery.benchmarks.load.Publishing;
import dev.rookery.benchmarks.load.Sample;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.Callable;

/** A connection for each caller; one for all where callers store single events. */
final class Publishers implements AutoCloseable {
  private final Callable<Publishing> connecting;
  private final Optional<Shared> shared;

  private record Shared(Publishing connection, Gather<Sample> gather) {}

  Publishers(Load load, Callable<Publishing> connecting) throws Exception {
    this.connecting = connecting;
    this.shared = load == Load.SINGLES ? Optional.of(share(connecting.call())) : Optional.empty();
  }

  private static Shared share(Publishing connection) {
    return new Shared(connection, new Gather<>("redis-writer", connection::publish));
  }

  Publishing next() throws Exception {
    return shared.isPresent() ? shared.get().gather::store : connecting.call();
  }

  @Override
  public void close() throws IOException {
    if (shared.isPresent()) {
      Publishing connection = shared.get().connection;
      Gather<Sample> gather = shared.get().gather;
      // The gathering ends first
      try (connection) {
        gather.close();
      } catch (SQLException e) {
        throw new IOException(e);
      }
    }
  }
}
