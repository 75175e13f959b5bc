package dev.rookery.postgres;

import static java.time.temporal.ChronoField.NANO_OF_SECOND;

import dev.rookery.Draft;
import dev.rookery.Event;
import dev.rookery.Payload;
import dev.rookery.PublishRejected;
import dev.rookery.spi.Append;
import dev.rookery.spi.Outbox.Waiting;
import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An event of the outbox as a row. */
final class OutboxRow {
  static final String COLUMNS =
      "o.number, o.id, o.type, o.source, o.key, o.time, o.nanos, o.correlation, o.causation,"
          + " o.version, o.content_type, o.attributes, o.data, o.content, o.derived";

  private static final String INSERT =
      "SELECT rookery.publish_bytes(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?)";

  private OutboxRow() {}

  /** Inserts an event. */
  static void insert(Session session, Append append, boolean derived) throws SQLException {
    Event event = append.event();
    if (!Times.isWithin(event.time())) {
      throw new PublishRejected("the time " + event.time() + " is none that PostgreSQL knows");
    }
    session.first(
        (ResultSet row) -> row.getString(1),
        INSERT,
        event.type(),
        event.data().toArray(),
        event.data().contentType(),
        event.id(),
        event.source(),
        event.key(),
        event.time().truncatedTo(ChronoUnit.MICROS).atOffset(ZoneOffset.UTC),
        event.time().get(NANO_OF_SECOND) % 1_000,
        event.correlation(),
        event.causation().orElse(null),
        event.version(),
        EventRow.attributes(event),
        EventRow.bytes(append.content()),
        derived);
  }

  static long number(ResultSet row) throws SQLException {
    return row.getLong("number");
  }

  /** Reads a row. */
  static Waiting read(ResultSet row) throws SQLException {
    Instant time = EventRow.instant(row, row.findColumn("time")).plusNanos(row.getInt("nanos"));
    int version = row.getInt("version");
    Draft draft =
        new Draft(
            text(row, "id"),
            row.getString("type"),
            text(row, "source"),
            text(row, "key"),
            Optional.of(time),
            text(row, "correlation"),
            text(row, "causation"),
            version == 0 ? Optional.empty() : Optional.of(version),
            Payload.wrap(row.getString("content_type"), row.getBytes("data")),
            EventRow.attributes(row.getString("attributes")));
    byte @Nullable [] content = row.getBytes("content");
    return new Waiting(
        number(row),
        draft,
        Optional.ofNullable(content).map(ByteBuffer::wrap),
        row.getBoolean("derived"));
  }

  private static Optional<String> text(ResultSet row, String column) throws SQLException {
    return Optional.ofNullable(row.getString(column));
  }
}
