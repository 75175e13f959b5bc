package dev.rookery.embedded;

import dev.rookery.DamagedLog;
import dev.rookery.spi.Entry;
import dev.rookery.spi.Piece;
import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Events with all that the log knows of them, checked. */
final class SnapshotEvents {
  private static final int ROWS = 500;
  private static final long BYTES = 1 << 20;
  private static final String AFTER =
      "SELECT e.place, e.stored_at, e.total, e.checksum, e.id, e.source, e.body, i.content"
          + " FROM events e"
          + " LEFT JOIN ids i ON i.id = e.id AND i.source = e.source AND i.number = ?"
          + " WHERE e.place > ? AND e.place <= ? ORDER BY e.place LIMIT "
          + ROWS;

  private SnapshotEvents() {}

  /**
   * The next events after a position and up to another, at least one.
   *
   * @throws DamagedLog when one is damaged or missing
   */
  static List<Piece> read(Session session, PartitionState state, long after, long last)
      throws SQLException {
    List<Piece> pieces = new ArrayList<>();
    long bytes = 0;
    try (ResultSet rows =
        session.rows(AFTER, state.number(), state.place(after), state.place(last))) {
      while (bytes < BYTES && rows.next()) {
        StoredRow row = StoredRow.read(rows);
        if (row.position() != after + pieces.size() + 1 || !row.isWhole()) {
          throw damaged(state, after + pieces.size() + 1);
        }
        pieces.add(piece(state, row, rows.getBytes(8)));
        bytes += row.size();
      }
    }
    if (pieces.isEmpty()) {
      throw damaged(state, after + 1);
    }
    return pieces;
  }

  private static Piece piece(PartitionState state, StoredRow row, byte[] content) {
    byte[] digest = Objects.requireNonNullElseGet(content, () -> new byte[0]);
    return switch (row.entry()) {
      case Entry.Stored(var position, var event) ->
          new Piece.Stored(
              state.partition(), position, row.storedAt(), event, ByteBuffer.wrap(digest));
      case Entry.Broken broken ->
          new Piece.Broken(state.partition(), broken.position(), row.storedAt(), row.raw());
    };
  }

  private static DamagedLog damaged(PartitionState state, long position) {
    return new DamagedLog(
        "the event at position "
            + position
            + " of "
            + state.partition()
            + " is missing or does not match its checksum; no backup is made of a damaged log:"
            + " restore an earlier one, or copy the folder while nothing runs");
  }
}
