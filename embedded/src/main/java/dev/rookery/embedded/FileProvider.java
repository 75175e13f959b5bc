package dev.rookery.embedded;

import dev.rookery.Address;
import dev.rookery.Backup;
import dev.rookery.BusConfig;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Environment;
import dev.rookery.spi.Restoration;
import java.util.Set;

/** Opens {@code file:<folder>}; the folder is made where it is missing. */
public final class FileProvider implements Backend.Provider {
  @Override
  public Set<String> schemes() {
    return Set.of("file");
  }

  @Override
  public Backend open(Address address, BusConfig config, Environment environment) {
    return FileBackend.open(address, config, environment, FailPoint.NONE);
  }

  @Override
  public Restoration restore(Address address, Backup.Header header, Environment environment) {
    return RestoredFolder.begin(Folder.open(address.rest()), header);
  }
}
