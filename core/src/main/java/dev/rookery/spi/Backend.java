package dev.rookery.spi;

import dev.rookery.Address;
import dev.rookery.Backup;
import dev.rookery.BusConfig;
import dev.rookery.Operations;
import dev.rookery.Unsupported;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A place where events live. It stores and compares; it never delivers, retries or interprets.
 *
 * <p>All methods of a backend and its parts may be called by many threads at once, block, and
 * return when what they say is true. They throw {@link dev.rookery.BackendUnavailable} when the
 * store cannot be reached and trying again may help, and {@link dev.rookery.LogFailed} when it
 * stopped for good.
 */
public interface Backend extends AutoCloseable {
  /**
   * The setting that names the history which positions belong to; missing where it never went back.
   * A restored store gets another, so that those who knew later positions notice.
   */
  String EPOCH = "epoch";

  Capabilities capabilities();

  EventLog log();

  SubscriptionStore subscriptions();

  DeadLetterStore deadLetters();

  /**
   * A setting that all processes on this store agree on, such as the streams and their partitions.
   */
  Optional<String> setting(String name);

  /** Changes a setting only if it still is what the caller saw; says whether it did. */
  boolean changeSetting(String name, Optional<String> seen, String value);

  /** Where events wait that are published in an application's own transaction, if there can be. */
  default Optional<Outbox> outbox() {
    return Optional.empty();
  }

  /** What the backend has counted itself, for a monitoring system. */
  default List<Operations.Metric> metrics() {
    return List.of();
  }

  /** How its parts are just now, one line each, for people; most backends have nothing to say. */
  default List<String> states() {
    return List.of();
  }

  /**
   * What the store holds at this moment, for a backup.
   *
   * @throws Unsupported when the store is backed up by means of its own; the message names them
   */
  default Snapshot snapshot() {
    throw new Unsupported("this store makes no backups; use the means of the store itself");
  }

  /**
   * Looks through what nobody else sees: files, indices, copies, pieces of an archive. What is in
   * {@link #log}, {@link #subscriptions} and {@link #deadLetters} is looked at by who calls it. The
   * store goes on meanwhile.
   */
  default void check(Check check) {}

  /** Ends what was begun and lets go of everything. Closing twice is harmless. */
  @Override
  void close();

  /** Opens backends of some schemes; found with {@link java.util.ServiceLoader}. */
  interface Provider {
    Set<String> schemes();

    Backend open(Address address, BusConfig config, Environment environment);

    /**
     * Begins to make a store of a backup.
     *
     * @throws dev.rookery.PlaceTaken when the place is not empty; nothing is changed
     * @throws Unsupported when stores of this kind cannot be made so
     */
    default Restoration restore(Address address, Backup.Header header, Environment environment) {
      throw new Unsupported(
          "a backup cannot be restored into "
              + address.scheme()
              + ": yet; restore it into a folder, file:./restored, or into postgresql:");
    }
  }

  /**
   * Puts something before a backend where an option of its address asks for it; found with {@link
   * java.util.ServiceLoader}.
   */
  interface Extension {
    /** The name of the option. */
    String option();

    /**
     * A backend over another, which it closes with itself.
     *
     * @param address of the whole, with the option
     * @throws dev.rookery.InvalidInput when the backend cannot have it; the caller closes that
     */
    Backend over(Backend backend, Address address, BusConfig config, Environment environment);
  }
}
