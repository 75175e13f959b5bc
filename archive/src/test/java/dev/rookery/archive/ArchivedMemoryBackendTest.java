package dev.rookery.archive;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.memory.MemoryProvider;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Environment;
import dev.rookery.testkit.BackendContract;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.io.TempDir;

/** With an archive to which nobody adds, everything is as without one. */
class ArchivedMemoryBackendTest extends BackendContract {
  private final Address address = Address.parse("memory:" + UUID.randomUUID());
  @TempDir private Path folder;

  @Override
  protected Backend open(BusConfig config, Environment environment) {
    Backend live = new MemoryProvider().open(address, config, environment);
    return ArchivedBackend.reading(live, FileStore.open(folder, environment));
  }
}
