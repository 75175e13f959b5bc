package dev.rookery.postgres;

import dev.rookery.Backup;
import dev.rookery.BackupDamaged;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.spi.Piece;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Makes rows of pieces. */
final class RestoredRows {
  private final Session session;
  private final Map<Partition, RestoredPartition> partitions = new LinkedHashMap<>();
  private final Backup.Header header;
  private long greatestEpoch;

  private RestoredRows(Session session, Backup.Header header) {
    this.session = session;
    this.header = header;
  }

  /** Makes the partitions of the backup, without events. */
  static RestoredRows begin(Session session, Backup.Header header) throws SQLException {
    RestoredRows rows = new RestoredRows(session, header);
    for (Backup.Part part : header.partitions()) {
      int number =
          session
              .first(
                  (ResultSet row) -> row.getInt(1),
                  "SELECT rookery.make_partition(?, ?)",
                  part.partition().stream(),
                  part.partition().number())
              .orElseThrow();
      rows.partitions.put(
          part.partition(), RestoredPartition.begin(session, number, part.after().high()));
    }
    return rows;
  }

  void add(Piece piece) throws SQLException {
    switch (piece) {
      case Piece.Setting(var name, var value) -> setting(name, value);
      case Piece.Definition(var subscription, var paused) ->
          PostgresSubscriptions.store(session, subscription, paused);
      case Piece.Progress progress -> {
        Cursors.put(session, progress);
        greatestEpoch = Math.max(greatestEpoch, progress.epoch());
      }
      case Piece.Letter(var letter) -> PostgresDeadLetters.put(session, letter);
      case Piece.Stored stored -> next(stored.partition(), stored.position()).add(stored);
      case Piece.Broken broken -> next(broken.partition(), broken.position()).add(broken);
    }
  }

  void setting(String name, String value) throws SQLException {
    session.update(
        "INSERT INTO rookery.settings (name, value) VALUES (?, ?)"
            + " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        name,
        value);
  }

  /** The partition whose next event stands at the position. */
  private RestoredPartition next(Partition partition, Position position) {
    RestoredPartition its = partitions.get(partition);
    if (its == null || position.high() != its.last() + 1) {
      throw new BackupDamaged(
          "the backup has the event " + position + " of " + partition + " out of place");
    }
    return its;
  }

  /** Inserts the events that were added. */
  void insert() throws SQLException {
    for (RestoredPartition each : partitions.values()) {
      each.insert(session);
    }
  }

  long greatestEpoch() {
    return greatestEpoch;
  }

  /** Holds that all is there that the head of the backup names. */
  void requireAll() {
    for (Backup.Part part : header.partitions()) {
      RestoredPartition its = partitions.get(part.partition());
      long last = its == null ? 0 : its.last();
      if (last != part.last().high() || last - part.after().high() != part.events()) {
        throw new BackupDamaged(
            "the backup should have "
                + part.events()
                + " events of "
                + part.partition()
                + " up to position "
                + part.last()
                + ", and ends at "
                + last);
      }
    }
  }
}
