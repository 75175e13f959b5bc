package dev.rookery.redis;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Texts and bytes in MessagePack, one after another, as scripts take them apart: one argument that
 * Redis reads as a whole instead of twenty for each event.
 *
 * @see <a href="https://github.com/msgpack/msgpack/blob/master/spec.md">MessagePack</a>
 */
final class Pack {
  private static final int LONGEST_HEADER = 5;

  private ByteBuffer bytes;

  Pack(int expectedBytes) {
    bytes = ByteBuffer.allocate(expectedBytes);
  }

  Pack text(String text) {
    return bytes(text.getBytes(StandardCharsets.UTF_8));
  }

  Pack bytes(byte[] content) {
    makeRoom(LONGEST_HEADER + content.length);
    if (content.length < 32) {
      bytes.put((byte) (0xa0 | content.length));
    } else if (content.length <= 0xffff) {
      bytes.put((byte) 0xda).putShort((short) content.length);
    } else {
      bytes.put((byte) 0xdb).putInt(content.length);
    }
    bytes.put(content);
    return this;
  }

  private void makeRoom(int size) {
    if (bytes.remaining() < size) {
      ByteBuffer larger =
          ByteBuffer.allocate(Math.max(2 * bytes.capacity(), bytes.position() + size));
      bytes = larger.put(bytes.flip());
    }
  }

  byte[] toArray() {
    return Arrays.copyOf(bytes.array(), bytes.position());
  }
}
