package dev.rookery.spi;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.Partition;
import dev.rookery.Position;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * A short copy of the ends of a log's partitions, in something fast that may lose it at any time.
 * It proves nothing: who reads it compares positions, and asks the log where they do not join.
 *
 * <p>The log's positions have no gaps. Its epoch, beside each entry, says which history of the log
 * the entry is from: a log that went back to older data has a higher one.
 *
 * <p>All methods may be called by many threads at once, and throw {@link
 * dev.rookery.BackendUnavailable} or {@link dev.rookery.LogFailed} where the copy cannot be had;
 * none waits for long.
 */
public interface Tail extends AutoCloseable {
  /** Where the copy is, for people. */
  String name();

  /**
   * Adds entries, neighbours of each other, in one step. A tail that is empty, or of a lower epoch,
   * begins anew with them. One that ends with the expected entry goes on with them; where the first
   * is not that entry's neighbour, it begins anew with them too. Any other is left as it is. What
   * exceeds the tail's length goes from its beginning.
   *
   * @return where it ends now: with the last of the entries, if it took them
   */
  End push(Partition partition, long epoch, Position expectedLast, List<Entry> entries);

  /**
   * Where a tail ends.
   *
   * @param began whether it has just begun anew
   */
  record End(long epoch, Position last, boolean began) {}

  /**
   * The next entries of an epoch after a position, within the limits, but one where there is any;
   * none at the end of the tail. The first need not be the neighbour of the position, nor each that
   * of the one before it.
   */
  List<Entry> read(Partition partition, long epoch, Position after, int maxEvents, long maxBytes);

  /** The last entry, of whatever epoch. */
  Optional<Last> last(Partition partition);

  /** An entry with its epoch. */
  record Last(long epoch, Entry entry) {}

  /** Removes the entries up to a position. */
  void forget(Partition partition, Position upTo);

  /**
   * Calls the listener soon after pushes by any process, with the position of the last entry. It is
   * a hint: it may be late, missed or made up. The listener does not block.
   */
  void listen(BiConsumer<Partition, Position> listener);

  @Override
  void close();

  /** Opens tails of some schemes; found with {@link java.util.ServiceLoader}. */
  interface Provider {
    Set<String> schemes();

    /**
     * Opens the tail at an address, whether or not it can be reached now.
     *
     * @throws dev.rookery.InvalidInput when the address cannot be understood
     */
    Tail open(Address address, BusConfig config, Environment environment);
  }
}
