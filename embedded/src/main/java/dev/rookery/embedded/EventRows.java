package dev.rookery.embedded;

import dev.rookery.DamagedLog;
import dev.rookery.Operations.Located;
import dev.rookery.Position;
import dev.rookery.Search;
import dev.rookery.spi.Entry;
import dev.rookery.spi.EventLog;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The rows of a partition, read and checked. */
final class EventRows {
  private static final String AFTER =
      "SELECT "
          + StoredRow.COLUMNS
          + " FROM events WHERE place > ? AND place <= ? ORDER BY place LIMIT ?";
  private static final String ONE = "SELECT " + StoredRow.COLUMNS + " FROM events WHERE place = ?";
  private static final String TIME = "SELECT stored_at FROM events WHERE place = ?";
  private static final String PLACES = "SELECT number, place FROM ids WHERE id = ?";

  private static final String DAMAGED = "does not match its checksum; it is not delivered";

  private final Session session;
  private final PartitionState state;

  EventRows(Session session, PartitionState state) {
    this.session = session;
    this.state = state;
  }

  /**
   * The entries after a position and up to another, or to the first that is damaged or missing.
   *
   * @throws DamagedLog when the first of them is damaged
   */
  List<Entry> read(long after, long last, int maxEvents, long maxBytes) throws SQLException {
    List<Entry> entries = new ArrayList<>();
    long bytes = 0;
    try (ResultSet rows =
        session.rows(AFTER, state.place(after), state.place(last), Math.max(1, maxEvents))) {
      while (rows.next()) {
        StoredRow row = StoredRow.read(rows);
        boolean follows = entries.isEmpty() || row.follows(entries.getLast());
        if (!follows || !row.isWhole()) {
          requireSome(entries, after);
          break;
        }
        Entry entry = row.entry();
        bytes += size(entry);
        if (bytes > maxBytes && !entries.isEmpty()) {
          break;
        }
        entries.add(entry);
      }
    }
    return entries;
  }

  /** What stands after a position and up to another, whatever is damaged or missing. */
  EventLog.Examined examine(long after, long last, int maxEvents, long maxBytes)
      throws SQLException {
    List<Entry> entries = new ArrayList<>();
    List<EventLog.Flaw> flaws = new ArrayList<>();
    long bytes = 0;
    try (ResultSet rows = session.rows(AFTER, state.place(after), state.place(last), maxEvents)) {
      while (bytes < maxBytes && rows.next()) {
        StoredRow row = StoredRow.read(rows);
        if (row.isWhole()) {
          entries.add(row.entry());
        } else {
          flaws.add(new EventLog.Flaw(Position.of(row.position()), DAMAGED));
        }
        bytes += row.size();
      }
    }
    return new EventLog.Examined(entries, flaws);
  }

  private static long size(Entry entry) {
    return switch (entry) {
      case Entry.Stored stored -> stored.event().sizeBytes();
      case Entry.Broken broken -> broken.raw().sizeBytes();
    };
  }

  /**
   * What was read before the damage is handed out; the next reading begins with the damage. It is
   * named by the position that was due, since that of the row may be what is damaged.
   */
  private void requireSome(List<Entry> entries, long after) throws SQLException {
    if (entries.isEmpty()) {
      throw damaged(Math.max(after, trimmed()) + 1);
    }
  }

  private DamagedLog damaged(long position) {
    return new DamagedLog(
        "the event at position "
            + position
            + " of "
            + state.partition()
            + " does not match its checksum; it is not delivered, and nothing is deleted: restore"
            + " the folder from a backup, or move the subscriptions past it");
  }

  /** The last position removed, as the database has it. */
  long trimmed() throws SQLException {
    return session
        .first(
            (ResultSet row) -> row.getLong(1),
            "SELECT trimmed FROM partitions WHERE number = ?",
            state.number())
        .orElse(0L);
  }

  /** The last position whose event was taken before the time, by halving. */
  long before(long time) throws SQLException {
    Tail tail = state.committed();
    long before = tail.trimmed();
    long after = tail.last() + 1;
    while (after - before > 1) {
      long middle = before + (after - before) / 2;
      Optional<Long> taken =
          session.first((ResultSet row) -> row.getLong(1), TIME, state.place(middle));
      // A row that is gone was trimmed meanwhile, with all before it
      if (taken.isEmpty() || taken.get() < time) {
        before = middle;
      } else {
        after = middle;
      }
    }
    return Math.max(before, state.committed().trimmed());
  }

  /** The kept events of an id. */
  static List<Located> find(Session session, Partitions partitions, String id) throws SQLException {
    List<Located> found = new ArrayList<>();
    record Known(long number, long place) {}
    for (Known known : session.list(row -> new Known(row.getLong(1), row.getLong(2)), PLACES, id)) {
      Optional<PartitionState> state = partitions.find(known.number);
      if (state.isPresent()) {
        new EventRows(session, state.get()).at(known.place).ifPresent(found::add);
      }
    }
    return found;
  }

  /** The events of a conversation that are looked for, after a position. */
  EventLog.Found conversation(String name, Search wanted, Position after, int limit)
      throws SQLException {
    long last = state.committed().last();
    List<Long> positions = Conversations.positions(session, state, name, after.high(), last, limit);
    List<Entry.Stored> found = new ArrayList<>();
    long bytes = 0;
    for (long position : positions) {
      Optional<Located> located =
          at(state.place(position)).filter(it -> wanted.includes(it.event()));
      if (located.isPresent()) {
        found.add(new Entry.Stored(located.get().position(), located.get().event()));
        bytes += located.get().event().sizeBytes();
      }
      if (bytes > EventLog.SCANNED_BYTES) {
        return new EventLog.Found(found, Position.of(position), false);
      }
    }
    boolean end = positions.size() < limit;
    long reached = end ? Math.max(after.high(), last) : positions.getLast();
    return new EventLog.Found(found, Position.of(reached), end);
  }

  private Optional<Located> at(long place) throws SQLException {
    try (ResultSet row = session.rows(ONE, place)) {
      if (!row.next()) {
        return Optional.empty();
      }
      StoredRow stored = StoredRow.read(row);
      if (!stored.isWhole()) {
        throw damaged(stored.position());
      }
      return stored.entry() instanceof Entry.Stored(var position, var event)
          ? Optional.of(new Located(state.partition(), position, event))
          : Optional.empty();
    }
  }
}
