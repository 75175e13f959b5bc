package dev.rookery.embedded;

import dev.rookery.Event;
import dev.rookery.spi.Append;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.zip.CRC32C;

/**
 * An event on its way into the log. Its publisher's thread makes it, so that the writer only adds
 * what it alone knows: place, time and total.
 */
final class EventRow {
  /** About what a row and its entry among the ids take beside the texts. */
  private static final int OVERHEAD = 80;

  /** What stands in the place of an event that is lost. */
  static final EventRow LOST = new EventRow("", "", "", EventBody.lost(), new byte[0]);

  static final String NEW_ID =
      "INSERT INTO ids (id, source, number, place, content) VALUES (?, ?, ?, ?, ?)"
          + " ON CONFLICT DO NOTHING";

  static final String INSERT =
      "INSERT INTO events (place, stored_at, total, checksum, id, source, body)"
          + " VALUES (?, ?, ?, ?, ?, ?, ?)";

  private final String id;
  private final String source;

  /** The name of the event's conversation, empty where it began it. */
  private final String conversation;

  private final byte[] body;
  private final byte[] content;
  private final long digest;

  private EventRow(String id, String source, String conversation, byte[] body, byte[] content) {
    this.id = id;
    this.source = source;
    this.conversation = conversation;
    this.body = body;
    this.content = content;
    this.digest = digest(id, source, body);
  }

  static EventRow of(Append append) {
    Event event = append.event();
    return new EventRow(
        event.id(),
        event.source(),
        event.correlation().equals(event.id()) ? "" : event.correlation(),
        EventBody.encode(event),
        bytes(append.content()));
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] copy = new byte[buffer.remaining()];
    buffer.get(buffer.position(), copy);
    return copy;
  }

  /** What stood in the place of an event and was none; no bytes: it is lost. */
  static EventRow broken(byte[] raw) {
    return raw.length == 0 ? LOST : new EventRow("", "", "", raw, new byte[0]);
  }

  /** CRC-32C over what the publisher gave. */
  static long digest(String id, String source, byte[] body) {
    CRC32C crc = new CRC32C();
    crc.update(id.getBytes(StandardCharsets.UTF_8));
    crc.update(0);
    crc.update(source.getBytes(StandardCharsets.UTF_8));
    crc.update(0);
    crc.update(body);
    return crc.getValue();
  }

  /** CRC-32C over the whole row, so that one in a wrong place is noticed too. */
  static long checksum(long digest, long place, long storedAt, long total) {
    ByteBuffer row = ByteBuffer.allocate(32);
    row.putLong(digest).putLong(place).putLong(storedAt).putLong(total);
    CRC32C crc = new CRC32C();
    crc.update(row.array());
    return crc.getValue();
  }

  /** Adds the row to those that {@link #insertAdded} inserts together. */
  void add(Session session, long place, long storedAt, long total) throws SQLException {
    long checksum = checksum(digest, place, storedAt, total);
    session.add(INSERT, place, storedAt, total, checksum, id, source, body);
    if (!conversation.isEmpty()) {
      session.add(Conversations.INSERT, conversation, place);
    }
  }

  static void insertAdded(Session session) throws SQLException {
    session.runAdded(INSERT);
    session.runAdded(Conversations.INSERT);
  }

  /** Adds the event's id to those that are to be inserted together. */
  void addId(Session session, PartitionState state, long place) throws SQLException {
    session.add(NEW_ID, id, source, state.number(), place, content);
  }

  String id() {
    return id;
  }

  String source() {
    return source;
  }

  byte[] body() {
    return body;
  }

  long digest() {
    return digest;
  }

  byte[] content() {
    return content;
  }

  int size() {
    return OVERHEAD
        + id.length()
        + source.length()
        + Conversations.size(conversation)
        + body.length
        + content.length;
  }
}
