package dev.rookery.postgres;

import dev.rookery.RookeryException;
import java.time.Duration;

/**
 * Keeps the events that a backup has yet to read from being trimmed, by rows that all processes on
 * the log see. They end by themselves when the backup is not heard of for a while, so that one that
 * was killed does not fill the log.
 */
final class BackupHold implements AutoCloseable {
  /** The longest that whoever reads a backup may take for a megabyte of it. */
  static final Duration SILENCE = Duration.ofMinutes(10);

  private static final String UNTIL = "rookery.clock() + ? * interval '1 microsecond'";

  /** The lock waits for a trim that is under way, and no other work. */
  private static final String BEGIN =
      "INSERT INTO rookery.backups (backup, partition, read, until) SELECT ?, number, trimmed, "
          + UNTIL
          + " FROM rookery.partitions FOR KEY SHARE";

  private static final String READ =
      "UPDATE rookery.backups SET read = CASE WHEN partition = ? THEN ? ELSE read END, until = "
          + UNTIL
          + " WHERE backup = ?";

  private final Database database;
  private final String id;

  private BackupHold(Database database, String id) {
    this.database = database;
    this.id = id;
  }

  /** Holds all that is there, under a name that nobody else uses. */
  static BackupHold begin(Database database, String id) {
    database.transaction(session -> {
      session.update("DELETE FROM rookery.backups WHERE until < rookery.clock()");
      return session.update(BEGIN, id, Times.micros(SILENCE));
    });
    return new BackupHold(database, id);
  }

  /** Lets go of a partition's events up to a position, and of no others for a while longer. */
  void read(int partition, long position) {
    database.call(session -> session.update(READ, partition, position, Times.micros(SILENCE), id));
  }

  @Override
  public void close() {
    try {
      database.call(session -> session.update("DELETE FROM rookery.backups WHERE backup = ?", id));
    } catch (RookeryException e) {
      // It ends by itself
    }
  }
}
