package dev.rookery.spi;

import dev.rookery.Address;
import dev.rookery.BusConfig;
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

  /** Ends what was begun and lets go of everything. Closing twice is harmless. */
  @Override
  void close();

  /** Opens backends of some schemes; found with {@link java.util.ServiceLoader}. */
  interface Provider {
    Set<String> schemes();

    Backend open(Address address, BusConfig config, Environment environment);
  }
}
