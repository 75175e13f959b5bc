package dev.rookery.spi;

import java.util.List;

/**
 * A store that is made of a backup, at an empty place. Until it is finished, and if its process
 * ends before, nothing opens what is there. For one thread.
 */
public interface Restoration extends AutoCloseable {
  /** Takes the next pieces, in the order in which a {@link Snapshot} hands them out. */
  void take(List<Piece> pieces);

  /**
   * Makes it a store that can be opened, durable, with another {@linkplain Backend#EPOCH epoch}.
   *
   * @throws dev.rookery.BackupDamaged when events are missing that the backup's head names
   */
  void finish(String epoch);

  /** Takes everything back unless it is finished. Closing twice is harmless. */
  @Override
  void close();
}
