package dev.rookery.postgres;

import dev.rookery.Payload;
import dev.rookery.spi.Append;
import dev.rookery.spi.Piece;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;

/** A partition that is filled with the events of a backup, at the positions that they had. */
final class RestoredPartition {
  private static final String EVENTS =
      "INSERT INTO rookery.events (partition, position, stored_at, total, id, type, source, key,"
          + " time, nanos, correlation, causation, version, content_type, attributes, data)";
  private static final String INSERT =
      "WITH t AS (SELECT * FROM unnest(?::bigint[], ?::bigint[], ?::integer[], ?::bigint[])"
          + " WITH ORDINALITY AS t (place, taken, taken_nanos, upto, n)),"
          + " b AS MATERIALIZED (SELECT * FROM t JOIN unnest(?::rookery.draft[]) AS d USING (n)),"
          + " e AS ("
          + EVENTS
          + " SELECT ?, place, timestamptz '1970-01-01 00:00:00+00' + taken * interval '1 second'"
          + " + (taken_nanos / 1000) * interval '1 microsecond', upto, id, type, source, key, time,"
          + " nanos, correlation, causation, version, content_type, attributes, data FROM b)"
          + " INSERT INTO rookery.recent_ids (partition, source, id, position, content)"
          + " SELECT DISTINCT ON (source, id) ?, source, id, place, content FROM b"
          + " WHERE content <> '' ORDER BY source, id, place DESC"
          + " ON CONFLICT (partition, source, id) DO UPDATE SET position = excluded.position,"
          + " content = excluded.content";
  private static final String NO_EVENT =
      EVENTS
          + " VALUES (?, ?, ?, ?, '', '', '', '', 'epoch', 0, '', NULL, 0, ?, '"
          + EventRow.NO_EVENT
          + "', ?)";

  private final int number;
  private final List<Piece.Stored> waiting = new ArrayList<>();
  private final List<Long> totals = new ArrayList<>();
  private final List<Piece.Broken> broken = new ArrayList<>();
  private final List<Long> brokenTotals = new ArrayList<>();
  private long last;
  private long bytes;
  private long room;
  private long forgotten;
  private Instant taken = Instant.MIN;

  private RestoredPartition(int number, long trimmed) {
    this.number = number;
    this.last = trimmed;
    this.room = trimmed;
    this.forgotten = -1;
  }

  /** A partition without events, whose next position follows those that were trimmed. */
  static RestoredPartition begin(Session session, int number, long trimmed) throws SQLException {
    session.update(
        "UPDATE rookery.partitions SET trimmed = ?, last = ?, room = ?, forgotten = ?"
            + " WHERE number = ?",
        trimmed,
        trimmed,
        trimmed,
        trimmed,
        number);
    return new RestoredPartition(number, trimmed);
  }

  long last() {
    return last;
  }

  void add(Piece.Stored stored) {
    if (forgotten < 0 && stored.content().hasRemaining()) {
      forgotten = last;
    }
    waiting.add(stored);
    totals.add(counted(stored.event().sizeBytes(), stored.taken()));
  }

  void add(Piece.Broken event) {
    broken.add(event);
    brokenTotals.add(counted(event.raw().sizeBytes(), event.taken()));
  }

  /** The bytes of all events up to the next, which is taken into account. */
  private long counted(int size, Instant when) {
    last++;
    bytes += size;
    taken = taken.isAfter(when) ? taken : when;
    return bytes;
  }

  /** Inserts what was added. */
  void insert(Session session) throws SQLException {
    if (waiting.isEmpty() && broken.isEmpty()) {
      return;
    }
    session.update(
        "UPDATE rookery.partitions SET last = ?, bytes = ?, stored_at = ?, forgotten = ?"
            + " WHERE number = ?",
        last,
        bytes,
        time(taken),
        forgotten < 0 ? last : forgotten,
        number);
    while (room < last) {
      room =
          session
              .first((ResultSet row) -> row.getLong(1), "SELECT rookery.make_chunk(?)", number)
              .orElseThrow();
    }
    insertEvents(session);
    insertBroken(session);
  }

  private void insertEvents(Session session) throws SQLException {
    List<Append> appends =
        waiting.stream().map(each -> new Append(each.event(), each.content())).toList();
    List<Object> values = new ArrayList<>();
    values.add(session.array("bigint", waiting.stream().map(s -> s.position().high()).toArray()));
    values.add(
        session.array(
            "bigint", waiting.stream().map(s -> time(s.taken()).toEpochSecond()).toArray()));
    values.add(
        session.array("integer", waiting.stream().map(s -> time(s.taken()).getNano()).toArray()));
    values.add(session.array("bigint", totals.toArray()));
    values.add(session.drafts(appends));
    values.add(number);
    values.add(number);
    session.update(INSERT, values.toArray());
    waiting.clear();
    totals.clear();
  }

  private void insertBroken(Session session) throws SQLException {
    for (int i = 0; i < broken.size(); i++) {
      Piece.Broken each = broken.get(i);
      Payload raw = each.raw();
      session.update(
          NO_EVENT,
          number,
          each.position().high(),
          time(each.taken()),
          brokenTotals.get(i),
          raw.contentType(),
          raw.toArray());
    }
    broken.clear();
    brokenTotals.clear();
  }

  private static OffsetDateTime time(Instant taken) {
    return Times.of(taken);
  }
}
