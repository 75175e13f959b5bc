package dev.rookery.embedded;

import dev.rookery.Payload;
import dev.rookery.Position;
import dev.rookery.spi.Entry;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Objects;

/** The row of an event as it was read, not yet trusted. */
final class StoredRow {
  static final String COLUMNS = "place, stored_at, total, checksum, id, source, body";

  private final long place;
  private final long storedAt;
  private final long total;
  private final long checksum;
  private final String id;
  private final String source;
  private final byte[] body;

  private StoredRow(ResultSet row) throws SQLException {
    place = row.getLong(1);
    storedAt = row.getLong(2);
    total = row.getLong(3);
    checksum = row.getLong(4);
    id = Objects.requireNonNullElse(row.getString(5), "");
    source = Objects.requireNonNullElse(row.getString(6), "");
    body = Objects.requireNonNullElseGet(row.getBytes(7), () -> new byte[0]);
  }

  static StoredRow read(ResultSet row) throws SQLException {
    return new StoredRow(row);
  }

  long position() {
    return PartitionState.positionOf(place);
  }

  Instant storedAt() {
    return Nanos.instant(storedAt);
  }

  /** The bytes as they are stored; without any where the event is lost. */
  Payload raw() {
    byte[] bytes = EventBody.isLost(body) ? new byte[0] : body;
    return Payload.wrap("application/octet-stream", bytes);
  }

  int size() {
    return body.length;
  }

  boolean follows(Entry entry) {
    return position() == entry.position().high() + 1;
  }

  boolean isWhole() {
    long digest = EventRow.digest(id, source, body);
    return checksum == EventRow.checksum(digest, place, storedAt, total);
  }

  /** The checksum that the row has with another event in it. */
  long checksumOf(EventRow other) {
    return EventRow.checksum(other.digest(), place, storedAt, total);
  }

  Entry entry() {
    Position position = Position.of(position());
    if (EventBody.isLost(body)) {
      return broken(position, new byte[0], "the event was lost, and the loss accepted");
    }
    try {
      return new Entry.Stored(position, EventBody.decode(id, source, body));
    } catch (IllegalArgumentException e) {
      return broken(position, body, "the stored bytes are no event: " + e.getMessage());
    }
  }

  private static Entry broken(Position position, byte[] bytes, String reason) {
    return new Entry.Broken(position, Payload.wrap("application/octet-stream", bytes), reason);
  }
}
