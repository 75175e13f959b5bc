package dev.rookery.backup;

import dev.rookery.Address;
import dev.rookery.Backup;
import dev.rookery.InvalidInput;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Environment;
import dev.rookery.spi.Piece;
import dev.rookery.spi.Restoration;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.LongConsumer;

/** Makes a store of a backup. */
public final class Restore {
  private Restore() {}

  /**
   * Reads a backup to its end and checks it, and does nothing else.
   *
   * @throws dev.rookery.BackupDamaged when it is not whole
   */
  public static Backup.Header check(InputStream source, LongConsumer events) throws IOException {
    BackupReader reader = new BackupReader(source);
    long read = 0;
    for (List<Piece> some = reader.next(); !some.isEmpty(); some = reader.next()) {
      read += SnapshotBackup.eventsAmong(some);
      events.accept(read);
    }
    return reader.header();
  }

  /**
   * Makes a store at an empty place. It can be opened only after this returned.
   *
   * @param events told how many events are there so far; what it throws ends the restoring
   * @throws dev.rookery.BackupDamaged when the backup is not whole; nothing is left then
   * @throws dev.rookery.PlaceTaken when something is there already
   */
  public static Backup.Header run(
      InputStream source, Address address, Environment environment, LongConsumer events)
      throws IOException {
    Address log = withoutExtensions(address);
    Backend.Provider provider = provider(log);
    BackupReader reader = new BackupReader(source);
    try (Restoration restoration = provider.restore(log, reader.header(), environment)) {
      long restored = 0;
      for (List<Piece> some = reader.next(); !some.isEmpty(); some = reader.next()) {
        restoration.take(some);
        restored += SnapshotBackup.eventsAmong(some);
        events.accept(restored);
      }
      restoration.finish(environment.newId());
    }
    return reader.header();
  }

  /** What stands before a log, such as a tail, is made anew of it. */
  private static Address withoutExtensions(Address address) {
    Address log = address;
    for (Backend.Extension extension : ServiceLoader.load(Backend.Extension.class)) {
      log = log.without(extension.option());
    }
    return log;
  }

  private static Backend.Provider provider(Address address) {
    return ServiceLoader.load(Backend.Provider.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(each -> each.schemes().contains(address.scheme()))
        .findFirst()
        .orElseThrow(() ->
            new InvalidInput(
                "a backup is restored into a store, such as file:./restored, not into " + address));
  }
}
