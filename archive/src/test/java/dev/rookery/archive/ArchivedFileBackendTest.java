package dev.rookery.archive;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.embedded.FileProvider;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Environment;
import dev.rookery.testkit.BackendContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** With an archive to which nobody adds, everything is as without one. */
class ArchivedFileBackendTest extends BackendContract {
  @TempDir private Path folder;

  @Override
  protected Backend open(BusConfig config, Environment environment) {
    Address data = Address.parse("file:" + folder.resolve("data"));
    return ArchivedBackend.reading(
        new FileProvider().open(data, config, environment),
        FileStore.open(folder.resolve("old"), environment));
  }
}
