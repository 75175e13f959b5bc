package dev.rookery.redis;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Environment;
import dev.rookery.testkit.BackendContract;
import java.time.Duration;
import java.time.Instant;

class RedisBackendTest extends BackendContract {
  private static final TestServer SERVER = TestServer.shared();
  private final MovedClock clock = new MovedClock(SERVER);

  RedisBackendTest() {
    SERVER.empty();
  }

  @Override
  protected Backend open(BusConfig config, Environment environment) {
    RedisAddress address = RedisAddress.of(Address.parse(SERVER.address()));
    return RedisBackend.open(address, config, environment, MovedClock.scripts());
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
