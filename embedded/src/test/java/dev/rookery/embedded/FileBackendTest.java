package dev.rookery.embedded;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Environment;
import dev.rookery.testkit.BackendContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class FileBackendTest extends BackendContract {
  @TempDir Path folder;

  @Override
  protected Backend open(BusConfig config, Environment environment) {
    return new FileProvider().open(Address.parse("file:" + folder), config, environment);
  }
}
