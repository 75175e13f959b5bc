package dev.rookery.archive;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.InvalidInput;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Environment;
import dev.rookery.spi.SegmentStore;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ServiceLoader;

/** {@code ?archive=file:./old}: keeps the older part of a log in an archive. */
public final class ArchiveOption implements Backend.Extension {
  @Override
  public String option() {
    return "archive";
  }

  @Override
  public Backend over(Backend backend, Address address, BusConfig config, Environment environment) {
    Address where = Address.parse(address.option(option()).orElse(""));
    return ArchivedBackend.of(
        backend, store(where, environment), config, Pace.STANDARD, environment);
  }

  private static SegmentStore store(Address where, Environment environment) {
    if (where.scheme().equals("file") && !where.rest().isEmpty()) {
      return folder(where, environment);
    }
    for (SegmentStore.Provider provider : ServiceLoader.load(SegmentStore.Provider.class)) {
      if (provider.schemes().contains(where.scheme())) {
        return provider.open(where, environment);
      }
    }
    throw new InvalidInput(
        "nothing is known that could keep an archive at '"
            + InvalidInput.shown(where.toString())
            + "'; use archive=file:./old, or archive=postgresql://host/db with rookery-postgres on"
            + " the class path");
  }

  private static SegmentStore folder(Address where, Environment environment) {
    try {
      return FileStore.open(Path.of(where.rest()), environment);
    } catch (InvalidPathException e) {
      throw new InvalidInput(
          "the archive '" + InvalidInput.shown(where.rest()) + "' is no path of a folder", e);
    }
  }
}
