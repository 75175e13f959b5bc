package dev.rookery.embedded;

import dev.rookery.Address;
import dev.rookery.BackendUnavailable;
import dev.rookery.BusConfig;
import dev.rookery.Durability;
import dev.rookery.InvalidInput;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Capabilities;
import dev.rookery.spi.Check;
import dev.rookery.spi.DeadLetterStore;
import dev.rookery.spi.Environment;
import dev.rookery.spi.EventLog;
import dev.rookery.spi.Listeners;
import dev.rookery.spi.Snapshot;
import dev.rookery.spi.SubscriptionStore;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** The durable log in a folder: one SQLite database, one writer, one process. */
final class FileBackend implements Backend {
  private static final Duration POLL = Duration.ofSeconds(1);

  private final Store store;
  private final Writer writer;
  private final Readers readers;
  private final SqliteLog log;
  private final SqliteSubscriptions subscriptions;
  private final SqliteDeadLetters deadLetters;
  private final Settings settings;
  private final AtomicBoolean closed = new AtomicBoolean();

  private FileBackend(Store store, BusConfig config, Environment environment, FailPoint failPoint) {
    Listeners listeners = new Listeners();
    Claims claims = new Claims();
    this.store = store;
    writer = new Writer(store, listeners, failPoint);
    readers = new Readers(store.folder());
    log = new SqliteLog(store, writer, readers, listeners, environment, config.idWindow());
    subscriptions = new SqliteSubscriptions(writer, readers, claims, environment);
    deadLetters = new SqliteDeadLetters(writer, readers, claims);
    settings = new Settings(writer, readers);
  }

  /** Opens the folder of the address; {@code accept=missing} goes on after a loss. */
  static FileBackend open(
      Address address, BusConfig config, Environment environment, FailPoint failPoint) {
    boolean accepted = address.option("accept").map(FileBackend::isMissing).orElse(false);
    Store store = Store.open(Folder.open(address.rest()), accepted);
    return over(store, config, environment, failPoint);
  }

  private static boolean isMissing(String accepted) {
    if (!accepted.equals("missing")) {
      throw new InvalidInput(
          "accept=" + InvalidInput.shown(accepted) + " is not known; accept=missing is");
    }
    return true;
  }

  /** Works on files that are open; closing it closes them. */
  static FileBackend over(
      Store store, BusConfig config, Environment environment, FailPoint failPoint) {
    return new FileBackend(store, config, environment, failPoint);
  }

  @Override
  public Capabilities capabilities() {
    List<String> weaknesses = new ArrayList<>(store.folder().weaknesses());
    if (!store.mark().isReadable()) {
      weaknesses.add(
          "the file "
              + store.folder().file(Store.MARK)
              + " was damaged when the log was opened: lost events could not be looked for");
    }
    return new Capabilities(Durability.FSYNCED, false, true, true, POLL, weaknesses);
  }

  @Override
  public EventLog log() {
    return log;
  }

  @Override
  public SubscriptionStore subscriptions() {
    return subscriptions;
  }

  @Override
  public DeadLetterStore deadLetters() {
    return deadLetters;
  }

  @Override
  public Optional<String> setting(String name) {
    return settings.get(name);
  }

  @Override
  public boolean changeSetting(String name, Optional<String> seen, String value) {
    return settings.change(name, seen, value);
  }

  @Override
  public Snapshot snapshot() {
    return log.snapshot();
  }

  @Override
  public void check(Check check) {
    new DatabaseCheck(store.folder(), readers, store.partitions(), check).run();
  }

  Partitions partitions() {
    return store.partitions();
  }

  Path database() {
    return store.folder().file(Store.DATABASE);
  }

  Writer writer() {
    return writer;
  }

  Readers readers() {
    return readers;
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    try {
      writer.close();
      readers.close();
    } catch (SQLException e) {
      throw new BackendUnavailable(store.folder().path() + " was not closed in order: " + e, e);
    } finally {
      store.close();
    }
  }
}
