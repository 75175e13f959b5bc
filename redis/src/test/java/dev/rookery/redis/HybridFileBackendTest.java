package dev.rookery.redis;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.embedded.FileProvider;
import dev.rookery.hybrid.HybridBackend;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Environment;
import dev.rookery.testkit.BackendContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class HybridFileBackendTest extends BackendContract {
  private static final TestServer SERVER = TestServer.shared();

  @TempDir private Path folder;

  HybridFileBackendTest() {
    SERVER.empty();
  }

  @Override
  protected Backend open(BusConfig config, Environment environment) {
    Address file = Address.parse("file:" + folder.resolve("data"));
    return HybridBackend.of(
        new FileProvider().open(file, config, environment),
        new RedisTailProvider().open(Address.parse(SERVER.address()), config, environment),
        config,
        environment);
  }
}
