package dev.rookery;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * A copy of all that a bus holds, as it is at one moment. The bus goes on while it is written; what
 * comes later is not in it. For one thread.
 */
public interface Backup extends AutoCloseable {
  /** The version of the format that is written. */
  int VERSION = 1;

  Header header();

  /**
   * Writes the whole, once.
   *
   * @param events told how many events are written so far, now and then; what it throws ends the
   *     writing
   * @throws IOException when the target takes no more
   */
  void writeTo(OutputStream target, LongConsumer events) throws IOException;

  /** Lets go of the bus. Closing twice is harmless. */
  @Override
  void close();

  /**
   * What stands at the head of a backup.
   *
   * @param time the moment whose state it holds
   * @param epoch the history that the positions belong to, empty where it never went back
   */
  record Header(int version, Instant time, Optional<String> epoch, List<Part> partitions) {
    public Header {
      partitions = List.copyOf(partitions);
    }

    /** How many events it holds. */
    public long events() {
      return partitions.stream().mapToLong(Part::events).sum();
    }
  }

  /**
   * What it holds of one partition.
   *
   * @param after the position before the first event kept
   * @param before how many events the partition had ever taken up to there
   * @param last the position of the last event
   */
  record Part(Partition partition, Position after, long before, Position last, long events) {}
}
