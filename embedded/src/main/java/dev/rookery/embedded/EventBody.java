package dev.rookery.embedded;

import dev.rookery.Event;
import dev.rookery.Payload;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * An event in bytes, but for its id and its source, which are columns.
 *
 * <pre>
 *   format     1
 *   flags      which of the following are left out, because they can be told
 *   type, key, correlation, causation, content type
 *   seconds    since 1970, the sign in the lowest bit
 *   nanos
 *   version
 *   attributes their number, and a name and a value each
 *   data       up to the end
 * </pre>
 *
 * Numbers take seven bits a byte, least first, the upper bit saying that more follow (LEB128);
 * texts are UTF-8 after their length.
 */
final class EventBody {
  private static final byte FORMAT = 1;

  /** The format of an event that is known to be lost: there are no bytes of it. */
  private static final byte LOST = 0;

  private static final int KEY_IS_SOURCE = 1;
  private static final int CORRELATION_IS_ID = 2;
  private static final int NO_CAUSATION = 4;
  private static final int DATA_IS_JSON = 8;

  private EventBody() {}

  /** What stands in the place of an event that is lost. */
  static byte[] lost() {
    return new byte[] {LOST};
  }

  static boolean isLost(byte[] body) {
    return body.length == 1 && body[0] == LOST;
  }

  static byte[] encode(Event event) {
    int flags = flags(event);
    Output out = new Output(200 + event.sizeBytes());
    out.single(FORMAT);
    out.single(flags);
    out.text(event.type());
    out.textUnless(flags, KEY_IS_SOURCE, event.key());
    out.textUnless(flags, CORRELATION_IS_ID, event.correlation());
    out.textUnless(flags, NO_CAUSATION, event.causation().orElse(""));
    out.textUnless(flags, DATA_IS_JSON, event.data().contentType());
    out.time(event.time());
    out.number(event.version());
    out.number(event.attributes().size());
    event
        .attributes()
        .forEach((name, value) -> {
          out.text(name);
          out.text(value);
        });
    out.rest(event.data().bytes());
    return out.bytes();
  }

  private static int flags(Event event) {
    return (event.key().equals(event.source()) ? KEY_IS_SOURCE : 0)
        | (event.correlation().equals(event.id()) ? CORRELATION_IS_ID : 0)
        | (event.causation().isEmpty() ? NO_CAUSATION : 0)
        | (event.data().contentType().equals(Payload.JSON) ? DATA_IS_JSON : 0);
  }

  /**
   * Reads the bytes.
   *
   * @throws IllegalArgumentException when they are no event
   */
  static Event decode(String id, String source, byte[] body) {
    Input in = new Input(ByteBuffer.wrap(body));
    if (in.single() != FORMAT) {
      throw new IllegalArgumentException("its format is not known; a newer Rookery wrote it");
    }
    int flags = in.single();
    String type = in.text();
    String key = in.textUnless(flags, KEY_IS_SOURCE, source);
    String correlation = in.textUnless(flags, CORRELATION_IS_ID, id);
    String causation = in.textUnless(flags, NO_CAUSATION, "");
    String contentType = in.textUnless(flags, DATA_IS_JSON, Payload.JSON);
    Instant time = in.time();
    int version = (int) in.number();
    Map<String, String> attributes = new HashMap<>();
    for (long left = in.number(); left > 0; left--) {
      attributes.put(in.text(), in.text());
    }
    return new Event(
        id,
        type,
        source,
        key,
        time,
        correlation,
        (flags & NO_CAUSATION) != 0 ? Optional.empty() : Optional.of(causation),
        version,
        Payload.wrap(contentType, in.rest()),
        attributes);
  }

  /**
   * The correlation in the beginning of the bytes; empty where it is the event's id, or lost.
   *
   * @throws IllegalArgumentException when they are no event, or end before it
   */
  static String correlation(byte[] head) {
    Input in = new Input(ByteBuffer.wrap(head));
    if (in.single() != FORMAT) {
      return "";
    }
    int flags = in.single();
    in.text();
    in.textUnless(flags, KEY_IS_SOURCE, "");
    return in.textUnless(flags, CORRELATION_IS_ID, "");
  }

  private static final class Output {
    private byte[] bytes;
    private int size;

    Output(int expected) {
      bytes = new byte[expected];
    }

    private void need(int more) {
      if (bytes.length - size < more) {
        bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
      }
    }

    void single(int value) {
      need(1);
      bytes[size++] = (byte) value;
    }

    void number(long value) {
      long left = value;
      while ((left & ~0x7fL) != 0) {
        single((int) (left | 0x80));
        left >>>= 7;
      }
      single((int) left);
    }

    void time(Instant time) {
      long seconds = time.getEpochSecond();
      int nanos = time.getNano();
      number(seconds << 1 ^ seconds >> 63);
      number(nanos);
    }

    void text(String text) {
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      number(utf8.length);
      need(utf8.length);
      System.arraycopy(utf8, 0, bytes, size, utf8.length);
      size += utf8.length;
    }

    void textUnless(int flags, int flag, String text) {
      if ((flags & flag) == 0) {
        text(text);
      }
    }

    void rest(ByteBuffer data) {
      int length = data.remaining();
      need(length);
      data.get(bytes, size, length);
      size += length;
    }

    byte[] bytes() {
      return Arrays.copyOf(bytes, size);
    }
  }

  private record Input(ByteBuffer buffer) {
    int single() {
      need(1);
      return buffer.get();
    }

    long number() {
      long value = 0;
      for (int shift = 0; shift < 64; shift += 7) {
        int next = single();
        value |= (next & 0x7fL) << shift;
        if (next >= 0) {
          return value;
        }
      }
      throw new IllegalArgumentException("a number in it is too long");
    }

    Instant time() {
      long seconds = number();
      try {
        return Instant.ofEpochSecond(seconds >>> 1 ^ -(seconds & 1), number());
      } catch (DateTimeException | ArithmeticException e) {
        throw new IllegalArgumentException("its time is out of range", e);
      }
    }

    String text() {
      return new String(take(number()), StandardCharsets.UTF_8);
    }

    String textUnless(int flags, int flag, String known) {
      return (flags & flag) == 0 ? text() : known;
    }

    byte[] rest() {
      return take(buffer.remaining());
    }

    private byte[] take(long length) {
      need(length);
      byte[] bytes = new byte[(int) length];
      buffer.get(bytes);
      return bytes;
    }

    private void need(long length) {
      if (length < 0 || length > buffer.remaining()) {
        throw new IllegalArgumentException("it ends too early");
      }
    }
  }
}
