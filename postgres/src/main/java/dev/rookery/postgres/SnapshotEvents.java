package dev.rookery.postgres;

import dev.rookery.DamagedLog;
import dev.rookery.Partition;
import dev.rookery.spi.Entry;
import dev.rookery.spi.Piece;
import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/** The events of a partition up to a moment, in parts, each in a moment of its own. */
final class SnapshotEvents {
  private static final long ROWS = 1_000;
  private static final long BYTES = 1L << 20;
  private static final int BEFORE = 3;

  private final Database database;
  private final SnapshotState.Span span;
  private final String sql;
  private long read;
  private long seen;
  private long bytes;

  SnapshotEvents(Database database, SnapshotState.Span span) {
    this.database = database;
    this.span = span;
    this.read = span.after();
    this.bytes = span.bytes();
    this.sql =
        "SELECT e.stored_at, e.total, i.content, "
            + EventRow.COLUMNS
            + " FROM rookery.events_"
            + span.number()
            + " e LEFT JOIN LATERAL (SELECT r.content FROM rookery.recent_ids r WHERE r.partition"
            + " = e.partition AND r.source = e.source AND r.id = e.id AND r.position = e.position"
            + " LIMIT 1) i ON true WHERE e.position > ? AND e.position <= ? AND (e.position = ?"
            + " OR e.total <= ?) ORDER BY e.position";
  }

  SnapshotState.Span span() {
    return span;
  }

  /** The last position that was read. */
  long read() {
    return read;
  }

  boolean isAtEnd() {
    return read >= span.last();
  }

  /**
   * The next of them, at least one.
   *
   * @throws DamagedLog when one is missing
   */
  List<Piece> next() {
    long to = Math.min(span.last(), read + ROWS);
    seen = read;
    List<Piece> pieces =
        database.call(session -> session.list(this::piece, sql, read, to, read + 1, bytes + BYTES));
    if (pieces.isEmpty()) {
      throw missing(read + 1);
    }
    read = seen;
    return pieces;
  }

  private Piece piece(ResultSet row) throws SQLException {
    Entry entry = EventRow.read(row, BEFORE);
    if (entry.position().high() != seen + 1) {
      throw missing(seen + 1);
    }
    seen++;
    bytes = row.getLong(2);
    Instant taken = EventRow.instant(row, 1);
    Partition partition = span.partition();
    byte[] content = row.getBytes(3);
    return switch (entry) {
      case Entry.Stored(var position, var event) ->
          new Piece.Stored(
              partition,
              position,
              taken,
              event,
              ByteBuffer.wrap(content == null ? new byte[0] : content));
      case Entry.Broken broken ->
          new Piece.Broken(partition, broken.position(), taken, broken.raw());
    };
  }

  private DamagedLog missing(long position) {
    return new DamagedLog(
        "the event at position "
            + position
            + " of "
            + span.partition()
            + " is not there any more: the log is damaged, or the backup rested for more than "
            + BackupHold.SILENCE.toMinutes()
            + " minutes and the event was trimmed; make another");
  }
}
