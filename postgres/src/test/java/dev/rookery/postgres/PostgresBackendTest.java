package dev.rookery.postgres;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Environment;
import dev.rookery.testkit.BackendContract;
import java.time.Duration;
import java.time.Instant;

class PostgresBackendTest extends BackendContract {
  private static final TestServer SERVER = TestServer.shared();

  private static final String ADDRESS = SERVER.freshSchema();
  private final MovedClock clock = new MovedClock(SERVER, ADDRESS);

  PostgresBackendTest() {
    SERVER.empty(ADDRESS);
  }

  @Override
  protected Backend open(BusConfig config, Environment environment) {
    return PostgresBackend.open(PostgresAddress.of(Address.parse(ADDRESS)), config, environment);
  }

  @Override
  public void letPass(Duration time) {
    clock.advance(time);
  }

  @Override
  public Instant storeTime() {
    return clock.now();
  }
}
