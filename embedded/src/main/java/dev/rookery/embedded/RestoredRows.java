package dev.rookery.embedded;

import dev.rookery.Backup;
import dev.rookery.BackupDamaged;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.spi.Append;
import dev.rookery.spi.Piece;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** Makes rows of pieces. */
final class RestoredRows {
  private final Session session;
  private final Backup.Header header;
  private final Map<Partition, PartitionState> partitions = new HashMap<>();
  private long greatestEpoch;

  /** Makes the partitions of the backup, without events. */
  RestoredRows(Session session, Backup.Header header) throws SQLException {
    this.session = session;
    this.header = header;
    for (Backup.Part part : header.partitions()) {
      PartitionRow row = PartitionRow.create(session, part.partition());
      long trimmed = part.after().high();
      long at = Nanos.of(header.time());
      PartitionState state = new PartitionState(part.partition(), row.number(), Tail.EMPTY);
      PartitionRow.of(state, trimmed, 0, trimmed == 0 ? 0 : at).update(session);
      state.work(new Tail(trimmed, 0, 0, trimmed, 0, Long.MIN_VALUE));
      partitions.put(part.partition(), state);
    }
    session.commit();
  }

  void add(Piece piece) throws SQLException {
    switch (piece) {
      case Piece.Setting(var name, var value) -> setting(name, value);
      case Piece.Definition(var subscription, var paused) ->
          ControlRow.store(session, subscription, paused);
      case Piece.Progress progress -> cursor(progress);
      case Piece.Letter(var letter) -> SqliteDeadLetters.put(session, letter);
      case Piece.Stored stored -> stored(stored);
      case Piece.Broken broken ->
          event(
              next(broken.partition(), broken.position()),
              broken.taken(),
              EventRow.broken(broken.raw().toArray()));
    }
  }

  private void stored(Piece.Stored stored) throws SQLException {
    PartitionState state = next(stored.partition(), stored.position());
    EventRow row = EventRow.of(new Append(stored.event(), stored.content()));
    event(state, stored.taken(), row);
    if (stored.content().hasRemaining()) {
      row.addId(session, state, state.place(state.working().last()));
    }
  }

  void setting(String name, String value) throws SQLException {
    session.update("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", name, value);
  }

  private void cursor(Piece.Progress progress) throws SQLException {
    CursorRow.of(progress.subscription(), progress.partition(), progress.cursor()).begin(session);
    greatestEpoch = Math.max(greatestEpoch, progress.epoch());
  }

  /** The partition whose next event stands at the position. */
  private PartitionState next(Partition partition, Position position) {
    PartitionState state = partitions.get(partition);
    if (state == null || position.high() != state.working().last() + 1) {
      throw new BackupDamaged(
          "the backup has the event " + position + " of " + partition + " out of place");
    }
    return state;
  }

  private void event(PartitionState state, Instant taken, EventRow row) throws SQLException {
    Tail before = state.working();
    Tail tail = before.appended(before.taken(Nanos.of(taken)), row.size());
    state.work(tail);
    row.add(session, state.place(tail.last()), tail.newest(), tail.bytes());
  }

  /** Inserts the events that were added. */
  void insert() throws SQLException {
    session.runAdded(EventRow.NEW_ID);
    EventRow.insertAdded(session);
  }

  long greatestEpoch() {
    return greatestEpoch;
  }

  /** Holds that all is there that the head of the backup names. */
  void requireAll(Partitions restored) {
    for (Backup.Part part : header.partitions()) {
      Tail tail = restored.tail(part.partition());
      if (tail.last() != part.last().high() || tail.last() - tail.trimmed() != part.events()) {
        throw new BackupDamaged(
            "the backup should have "
                + part.events()
                + " events of "
                + part.partition()
                + " up to position "
                + part.last()
                + ", and has "
                + (tail.last() - tail.trimmed()));
      }
    }
  }
}
