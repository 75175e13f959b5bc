package dev.rookery.embedded;

import dev.rookery.Event;
import dev.rookery.Position;
import dev.rookery.spi.Append;
import dev.rookery.spi.Entry;
import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Erases a slice of events. SQLite writes zeros over what it lets go of in this session; the pages
 * as they were stand in the write-ahead file until that is copied and cut.
 */
final class EraseRows implements Write<Boolean> {
  static final int MOST_ROWS = 500;

  private static final String ROW = "SELECT " + StoredRow.COLUMNS + " FROM events WHERE place = ?";
  private static final String CHANGE = "UPDATE events SET body = ?, checksum = ? WHERE place = ?";

  /** Who publishes it again finds the id, and other content than any. */
  private static final String NO_CONTENT =
      "UPDATE ids SET content = x'' WHERE id = ? AND source = ? AND number = ? AND place = ?";

  private final PartitionState state;
  private final String key;
  private final List<Position> positions;
  private final AtomicBoolean emptied = new AtomicBoolean();

  EraseRows(PartitionState state, String key, List<Position> positions) {
    this.state = state;
    this.key = key;
    this.positions = List.copyOf(positions);
  }

  @Override
  public int weight() {
    return 1 + positions.size();
  }

  /** Whether the write-ahead file no longer has what was erased. */
  @Override
  public Boolean run(Transaction transaction) throws SQLException {
    transaction.insertAppends();
    for (Position position : positions) {
      erase(transaction.session(), state.place(position.high()));
    }
    transaction.emptyLog(emptied::set);
    return true;
  }

  boolean isEmptied() {
    return emptied.get();
  }

  private void erase(Session session, long place) throws SQLException {
    Optional<StoredRow> found = session.first((ResultSet row) -> StoredRow.read(row), ROW, place);
    if (found.isEmpty()
        || !found.get().isWhole()
        || !(found.get().entry() instanceof Entry.Stored(var position, var event))
        || !event.key().equals(key)
        || event.isErased()) {
      return;
    }
    Event left = event.erased();
    EventRow row = EventRow.of(new Append(left, ByteBuffer.allocate(0)));
    session.update(CHANGE, row.body(), found.get().checksumOf(row), place);
    session.update(NO_CONTENT, left.id(), left.source(), state.number(), place);
  }
}
