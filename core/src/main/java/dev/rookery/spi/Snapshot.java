package dev.rookery.spi;

import dev.rookery.Backup;
import java.util.List;

/**
 * What a store holds at one moment, handed out in pieces while the store goes on. No cursor in it
 * is ahead of its events. Settings, definitions, cursors and letters come first, then the events of
 * each partition in their order. For one thread at a time.
 *
 * <p>However slowly it is read, it keeps nobody from writing, and the store's files do not grow for
 * it beyond the events that it has not read yet.
 */
public interface Snapshot extends AutoCloseable {
  /** What it holds of each partition. */
  List<Backup.Part> partitions();

  /**
   * The next pieces, at most a few megabytes; none at its end.
   *
   * @throws dev.rookery.DamagedLog when what is stored does not match its checksum
   */
  List<Piece> next();

  /** Closing twice is harmless. */
  @Override
  void close();
}
