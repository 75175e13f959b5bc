package dev.rookery.archive;

import dev.rookery.DamagedLog;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;

/**
 * Bytes being read. Nothing in them is believed: what does not fit is a {@link DamagedLog}, and no
 * length makes room before it was compared with what is there.
 */
final class Input {
  private final byte[] bytes;
  private final int end;
  private int at;

  Input(byte[] bytes) {
    this(bytes, 0, bytes.length);
  }

  Input(byte[] bytes, int from, int end) {
    this.bytes = bytes;
    this.at = from;
    this.end = end;
  }

  int at() {
    return at;
  }

  int left() {
    return end - at;
  }

  int single() {
    need(1);
    return bytes[at++] & 0xff;
  }

  long number() {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      int next = single();
      value |= (next & 0x7fL) << shift;
      if (next < 0x80) {
        return value;
      }
    }
    throw new DamagedLog("a number in it is too long");
  }

  /** A number up to a limit. */
  int count(int most) {
    long value = number();
    if (value < 0 || value > most) {
      throw new DamagedLog("a number in it is out of range");
    }
    return (int) value;
  }

  int word() {
    need(Integer.BYTES);
    int value = 0;
    for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
      value |= (bytes[at++] & 0xff) << shift;
    }
    return value;
  }

  Instant time() {
    long seconds = Longs.unzigzag(number());
    try {
      return Instant.ofEpochSecond(seconds, count(999_999_999));
    } catch (DateTimeException e) {
      throw new DamagedLog("a time in it is out of range", e);
    }
  }

  String text() {
    int length = count(Integer.MAX_VALUE);
    need(length);
    String text = new String(bytes, at, length, StandardCharsets.UTF_8);
    at += length;
    return text;
  }

  byte[] raw(int length) {
    need(length);
    byte[] copy = java.util.Arrays.copyOfRange(bytes, at, at + length);
    at += length;
    return copy;
  }

  /** Nothing may follow. */
  void ends() {
    if (at != end) {
      throw new DamagedLog("there is more in it than it says");
    }
  }

  private void need(int length) {
    if (length < 0 || length > end - at) {
      throw new DamagedLog("it ends too early");
    }
  }
}
