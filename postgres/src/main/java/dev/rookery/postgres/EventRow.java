package dev.rookery.postgres;

import dev.rookery.Event;
import dev.rookery.Json;
import dev.rookery.Payload;
import dev.rookery.Position;
import dev.rookery.spi.Entry;
import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;

/** An event as a row. */
final class EventRow {
  static final String COLUMNS =
      "e.position, e.id, e.type, e.source, e.key, e.time, e.nanos, e.correlation, e.causation,"
          + " e.version, e.content_type, e.attributes, e.data";

  /** What stands in the place of attributes where the data is no event. */
  static final String NO_EVENT = "\"no event\"";

  private static final TypeReference<Map<String, String>> TEXTS = new TypeReference<>() {};

  private EventRow() {}

  static @Nullable String attributes(Event event) {
    return event.attributes().isEmpty() ? null : Json.MAPPER.writeValueAsString(event.attributes());
  }

  static byte[] bytes(ByteBuffer content) {
    byte[] bytes = new byte[content.remaining()];
    content.duplicate().get(bytes);
    return bytes;
  }

  /**
   * Reads a row.
   *
   * @param before how many columns stand before those of the event
   */
  static Entry read(ResultSet row, int before) throws SQLException {
    Position position = Position.of(row.getLong(before + 1));
    Payload data = Payload.wrap(row.getString(before + 11), row.getBytes(before + 13));
    try {
      return new Entry.Stored(position, event(row, before, data));
    } catch (DateTimeException | JacksonException e) {
      return new Entry.Broken(position, data, String.valueOf(e.getMessage()));
    }
  }

  private static Event event(ResultSet row, int before, Payload data) throws SQLException {
    return new Event(
        row.getString(before + 2),
        row.getString(before + 3),
        row.getString(before + 4),
        row.getString(before + 5),
        instant(row, before + 6).plusNanos(row.getInt(before + 7)),
        row.getString(before + 8),
        Optional.ofNullable(row.getString(before + 9)),
        row.getInt(before + 10),
        data,
        attributes(row.getString(before + 12)));
  }

  static Instant instant(ResultSet row, int column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }

  static Map<String, String> attributes(@Nullable String json) {
    return json == null ? Map.of() : Json.MAPPER.readValue(json, TEXTS);
  }
}
