package dev.rookery.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.time.temporal.ChronoField.NANO_OF_SECOND;

import dev.rookery.Event;
import dev.rookery.spi.Append;
import java.io.Serial;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.Oid;
import org.postgresql.jdbc.PgConnection;
import org.postgresql.util.PGBinaryObject;
import org.postgresql.util.PGobject;

/**
 * A batch of events as one value: an array of the type {@code draft}, in the form in which the
 * server sends and receives it. An array for each column would be a temporary table for each, and
 * cost the server a third more.
 *
 * @see <a
 *     href="https://github.com/postgres/postgres/blob/master/src/backend/utils/adt/arrayfuncs.c">array_recv</a>
 * @see <a
 *     href="https://github.com/postgres/postgres/blob/master/src/backend/utils/adt/rowtypes.c">record_recv</a>
 */
final class DraftArray extends PGobject implements PGBinaryObject {
  @Serial private static final long serialVersionUID = 1;

  private static final String TYPE = "rookery._draft";
  private static final int COLUMNS = 15;
  private static final int USUAL_BYTES = 768;
  private static final byte JSONB_VERSION = 1;

  /** The beginning of the server's time, in seconds. */
  private static final long YEAR_2000 = 946_684_800;

  private transient ByteBuffer bytes;

  private DraftArray(int events) {
    bytes = ByteBuffer.allocate(events * USUAL_BYTES);
  }

  /** The batch as a value of a statement on this connection. */
  static DraftArray of(Connection connection, Schema schema, List<Append> batch)
      throws SQLException {
    PgConnection driver = connection.unwrap(PgConnection.class);
    DraftArray array = new DraftArray(batch.size());
    array.setType(schema.sql(TYPE));
    int type = driver.getTypeInfo().getPGType(array.getType());
    driver.getQueryExecutor().addBinarySendOid(type);
    array.head(driver.getTypeInfo().getPGArrayElement(type), batch.size());
    long total = 0;
    for (int i = 0; i < batch.size(); i++) {
      total += batch.get(i).event().sizeBytes();
      array.record(batch.get(i), total, i + 1);
    }
    return array;
  }

  /** One dimension, no nulls, counted from 1. */
  private void head(int element, int events) {
    room(5 * Integer.BYTES).putInt(1).putInt(0).putInt(element).putInt(events).putInt(1);
  }

  private void record(Append append, long total, int number) {
    Event event = append.event();
    int begin = bytes.position();
    room(2 * Integer.BYTES).putInt(0).putInt(COLUMNS);
    text(event.id());
    text(event.type());
    text(event.source());
    text(event.key());
    column(Oid.TIMESTAMPTZ, Long.BYTES).putLong(micros(event.time()));
    column(Oid.INT2, Short.BYTES).putShort((short) (event.time().get(NANO_OF_SECOND) % 1_000));
    text(event.correlation());
    text(event.causation().orElse(null));
    column(Oid.INT4, Integer.BYTES).putInt(event.version());
    text(event.data().contentType());
    attributes(EventRow.attributes(event));
    ByteBuffer data = event.data().bytes();
    column(Oid.BYTEA, data.remaining()).put(data);
    ByteBuffer content = append.content().duplicate();
    column(Oid.BYTEA, content.remaining()).put(content);
    column(Oid.INT8, Long.BYTES).putLong(total);
    column(Oid.INT4, Integer.BYTES).putInt(number);
    bytes.putInt(begin, bytes.position() - begin - Integer.BYTES);
  }

  /** What the server has no time for becomes one that it refuses. */
  private static long micros(Instant time) {
    long seconds = time.getEpochSecond() - YEAR_2000;
    long most = Long.MAX_VALUE / 1_000_000 - 1;
    return Math.clamp(seconds, -most, most) * 1_000_000 + time.getNano() / 1_000;
  }

  private void text(@Nullable String text) {
    if (text == null) {
      nothing(Oid.TEXT);
    } else {
      byte[] utf8 = text.getBytes(UTF_8);
      column(Oid.TEXT, utf8.length).put(utf8);
    }
  }

  private void attributes(@Nullable String json) {
    if (json == null) {
      nothing(Oid.JSONB);
    } else {
      byte[] utf8 = json.getBytes(UTF_8);
      column(Oid.JSONB, 1 + utf8.length).put(JSONB_VERSION).put(utf8);
    }
  }

  private void nothing(int type) {
    room(2 * Integer.BYTES).putInt(type).putInt(-1);
  }

  private ByteBuffer column(int type, int length) {
    return room(2 * Integer.BYTES + length).putInt(type).putInt(length);
  }

  private ByteBuffer room(int size) {
    if (bytes.remaining() < size) {
      ByteBuffer larger =
          ByteBuffer.allocate(Math.max(2 * bytes.capacity(), bytes.position() + size));
      bytes = larger.put(bytes.flip());
    }
    return bytes;
  }

  @Override
  public int lengthInBytes() {
    return bytes.position();
  }

  @Override
  public void toBytes(byte[] target, int offset) {
    System.arraycopy(bytes.array(), 0, target, offset, bytes.position());
  }

  @Override
  public void setByteValue(byte[] value, int offset) {
    throw new UnsupportedOperationException("drafts are sent and never read");
  }

  @Override
  public String getValue() {
    throw new UnsupportedOperationException("drafts are sent as bytes");
  }
}
