package dev.rookery.postgres;

import dev.rookery.Position;
import dev.rookery.spi.Place;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * What a partition's row says.
 *
 * @param trimmed the last position removed
 * @param last the last position given
 * @param bytes of the events between
 * @param known the id of the event that stands where the last one stood that was read; empty where
 *     nothing stands
 */
record Tail(long trimmed, long last, long bytes, String known) {
  static final String COLUMNS = "p.trimmed, p.last, p.bytes - p.trimmed_bytes";

  /** The columns of a tail, the id of the known one included. */
  static final int WIDTH = 4;

  static final Tail EMPTY = new Tail(0, 0, 0, "");

  static Tail read(ResultSet row) throws SQLException {
    @Nullable String known = row.getString(4);
    return new Tail(row.getLong(1), row.getLong(2), row.getLong(3), known == null ? "" : known);
  }

  /** Positions count what was ever stored, so they are their own ordinals. */
  static Place place(long position) {
    return new Place(Position.of(position), position);
  }
}
