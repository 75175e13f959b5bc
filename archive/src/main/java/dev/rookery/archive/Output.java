package dev.rookery.archive;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;

/** Bytes being written, as docs/archive-format.md names them. */
final class Output {
  private byte[] bytes = new byte[256];
  private int size;

  private void need(int more) {
    if (bytes.length - size < more) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
    }
  }

  void single(int value) {
    need(1);
    bytes[size++] = (byte) value;
  }

  /** Seven bits a byte, least first. */
  void number(long value) {
    long left = value;
    while ((left & ~0x7fL) != 0) {
      single((int) (left | 0x80));
      left >>>= 7;
    }
    single((int) left);
  }

  /** Four bytes, least first. */
  void word(int value) {
    for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
      single(value >>> shift);
    }
  }

  void time(Instant time) {
    number(Longs.zigzag(time.getEpochSecond()));
    number(time.getNano());
  }

  void text(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    number(utf8.length);
    raw(utf8);
  }

  void raw(byte[] more) {
    need(more.length);
    System.arraycopy(more, 0, bytes, size, more.length);
    size += more.length;
  }

  int size() {
    return size;
  }

  byte[] bytes() {
    return Arrays.copyOf(bytes, size);
  }

  /** The bytes so far, and begins anew. */
  byte[] taken() {
    byte[] taken = bytes();
    size = 0;
    return taken;
  }
}
