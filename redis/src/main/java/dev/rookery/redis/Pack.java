package dev.rookery.redis;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A flat MessagePack array of texts, bytes and numbers, as scripts take it apart: one argument that
 * Redis reads as a whole instead of twenty for each event.
 *
 * @see <a href="https://github.com/msgpack/msgpack/blob/master/spec.md">MessagePack</a>
 */
final class Pack {
  private static final int HEADER = 5;
  private static final int LONGEST_HEADER = 5;

  private ByteBuffer bytes;
  private int elements;

  Pack(int expectedBytes) {
    bytes = ByteBuffer.allocate(HEADER + expectedBytes).position(HEADER);
  }

  Pack text(String text) {
    return bytes(text.getBytes(StandardCharsets.UTF_8));
  }

  Pack bytes(byte[] content) {
    head(content.length);
    bytes.put(content);
    return this;
  }

  /** A number from 0 to 65,535. */
  Pack number(int number) {
    if (number < 0 || number > 0xffff) {
      throw new IllegalArgumentException(number + " takes more than sixteen bits");
    }
    element(3);
    bytes.put((byte) 0xcd).putShort((short) number);
    return this;
  }

  private void head(int length) {
    element(LONGEST_HEADER + length);
    if (length < 32) {
      bytes.put((byte) (0xa0 | length));
    } else if (length <= 0xffff) {
      bytes.put((byte) 0xda).putShort((short) length);
    } else {
      bytes.put((byte) 0xdb).putInt(length);
    }
  }

  private void element(int size) {
    elements++;
    if (bytes.remaining() < size) {
      ByteBuffer larger =
          ByteBuffer.allocate(Math.max(2 * bytes.capacity(), bytes.position() + size));
      bytes = larger.put(bytes.flip());
    }
  }

  byte[] toArray() {
    bytes.put(0, (byte) 0xdd).putInt(1, elements);
    return Arrays.copyOf(bytes.array(), bytes.position());
  }
}
