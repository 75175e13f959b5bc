package dev.rookery.benchmarks.peer;

import dev.rookery.benchmarks.load.Sample;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * The columns of an event as the embedded log has them: id and source as text, the rest in one
 * body. Checksum and digest have their size and are not computed: this is what storage takes.
 */
record SqliteRow(String id, String source, Body body) {
  private static final byte[] CONTENT = new byte[32];
  private static final int CHECKSUM = 0x7fff_ffff;

  /** Bytes that nobody changes. */
  static final class Body {
    private final byte[] bytes;

    Body(byte[] bytes) {
      this.bytes = bytes;
    }
  }

  static SqliteRow of(Sample sample) {
    byte[] type = utf8(Sample.TYPE);
    byte[] key = utf8(sample.key());
    byte[] correlation = utf8(sample.correlation());
    ByteBuffer body =
        ByteBuffer.allocate(
            type.length + key.length + correlation.length + sample.data().length + 16);
    body.put((byte) type.length).put(type);
    body.put((byte) key.length).put(key);
    body.put((byte) correlation.length).put(correlation);
    body.putLong(ChronoUnit.NANOS.between(Instant.EPOCH, sample.time()));
    body.put((byte) Sample.VERSION).putInt(sample.data().length).put(sample.data());
    return new SqliteRow(sample.id(), sample.source(), new Body(body.array()));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  void insertId(PreparedStatement insert, long place) throws SQLException {
    insert.setString(1, id);
    insert.setString(2, source);
    insert.setLong(3, 1);
    insert.setLong(4, place);
    insert.setBytes(5, CONTENT);
    if (insert.executeUpdate() != 1) {
      throw new SQLException("the id " + id + " is stored already");
    }
  }

  void insertEvent(PreparedStatement insert, long place, long storedAt, long total)
      throws SQLException {
    insert.setLong(1, place);
    insert.setLong(2, storedAt);
    insert.setLong(3, total);
    insert.setLong(4, CHECKSUM);
    insert.setString(5, id);
    insert.setString(6, source);
    insert.setBytes(7, body.bytes);
    insert.executeUpdate();
  }

  int size() {
    return body.bytes.length;
  }

  /** The data within a body. */
  static ByteBuffer data(byte[] body) {
    ByteBuffer in = ByteBuffer.wrap(body);
    skipText(in);
    skipText(in);
    skipText(in);
    in.position(in.position() + 9);
    int length = in.getInt();
    return in.slice(in.position(), length);
  }

  private static void skipText(ByteBuffer in) {
    int length = in.get();
    in.position(in.position() + length);
  }
}
