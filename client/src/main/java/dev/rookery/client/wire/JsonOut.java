package dev.rookery.client.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes JSON into a buffer that grows. It sets commas itself; data that is JSON already goes in
 * byte by byte as it is. One thread at a time.
 */
public final class JsonOut {
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private byte[] bytes;
  private int size;

  /** Whether a value was written before at this level, so that a comma is due. */
  private boolean comma;

  public JsonOut(int capacity) {
    bytes = new byte[Math.max(16, capacity)];
  }

  public JsonOut() {
    this(512);
  }

  public int size() {
    return size;
  }

  public void clear() {
    size = 0;
    comma = false;
  }

  public JsonOut beginObject() {
    return open('{');
  }

  public JsonOut endObject() {
    return close('}');
  }

  public JsonOut beginArray() {
    return open('[');
  }

  public JsonOut endArray() {
    return close(']');
  }

  /** Writes the name of a member. Its value is written next. */
  public JsonOut name(String name) {
    separate();
    text(name);
    put(':');
    comma = false;
    return this;
  }

  public JsonOut string(String value) {
    separate();
    text(value);
    comma = true;
    return this;
  }

  public JsonOut number(long value) {
    separate();
    ensure(20);
    if (value >= 0 && value < 10) {
      bytes[size++] = (byte) ('0' + value);
    } else {
      ascii(Long.toString(value));
    }
    comma = true;
    return this;
  }

  public JsonOut bool(boolean value) {
    separate();
    ascii(value ? "true" : "false");
    comma = true;
    return this;
  }

  public JsonOut nothing() {
    separate();
    ascii("null");
    comma = true;
    return this;
  }

  /** Writes a value that is JSON already. */
  public JsonOut raw(ByteBuffer json) {
    separate();
    int length = json.remaining();
    ensure(length);
    json.get(json.position(), bytes, size, length);
    size += length;
    comma = true;
    return this;
  }

  /** Writes a value that is JSON already. */
  public JsonOut raw(byte[] json) {
    return raw(ByteBuffer.wrap(json));
  }

  public JsonOut member(String name, String value) {
    return name(name).string(value);
  }

  public JsonOut member(String name, long value) {
    return name(name).number(value);
  }

  public JsonOut member(String name, boolean value) {
    return name(name).bool(value);
  }

  public byte[] toByteArray() {
    return Arrays.copyOf(bytes, size);
  }

  /** What was written, to be read before more is. */
  public ByteBuffer view() {
    return ByteBuffer.wrap(bytes, 0, size);
  }

  @Override
  public String toString() {
    return new String(bytes, 0, size, StandardCharsets.UTF_8);
  }

  private JsonOut open(char bracket) {
    separate();
    put(bracket);
    comma = false;
    return this;
  }

  private JsonOut close(char bracket) {
    put(bracket);
    comma = true;
    return this;
  }

  private void separate() {
    if (comma) {
      put(',');
      comma = false;
    }
  }

  private void put(char c) {
    ensure(1);
    bytes[size++] = (byte) c;
  }

  private void ascii(String text) {
    ensure(text.length());
    for (int i = 0; i < text.length(); i++) {
      bytes[size++] = (byte) text.charAt(i);
    }
  }

  private void text(String text) {
    int length = text.length();
    ensure(length + 2);
    bytes[size++] = '"';
    int i = 0;
    for (; i < length; i++) {
      char c = text.charAt(i);
      if (c < 0x20 || c >= 0x7f || c == '"' || c == '\\') {
        break;
      }
      bytes[size++] = (byte) c;
    }
    if (i < length) {
      escaped(text, i);
    }
    put('"');
  }

  private void escaped(String text, int from) {
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      ensure(6);
      if (c == '"' || c == '\\') {
        bytes[size++] = '\\';
        bytes[size++] = (byte) c;
      } else if (c < 0x20 || c == 0x7f) {
        escape(c);
      } else if (c < 0x80) {
        bytes[size++] = (byte) c;
      } else if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        utf8(Character.toCodePoint(c, text.charAt(++i)));
      } else {
        utf8(Character.isSurrogate(c) ? 0xfffd : c);
      }
    }
  }

  private void escape(char c) {
    bytes[size++] = '\\';
    bytes[size++] = 'u';
    bytes[size++] = '0';
    bytes[size++] = '0';
    bytes[size++] = HEX[c >> 4];
    bytes[size++] = HEX[c & 15];
  }

  private void utf8(int codePoint) {
    if (codePoint < 0x800) {
      bytes[size++] = (byte) (0xc0 | (codePoint >> 6));
    } else {
      if (codePoint < 0x10000) {
        bytes[size++] = (byte) (0xe0 | (codePoint >> 12));
      } else {
        bytes[size++] = (byte) (0xf0 | (codePoint >> 18));
        bytes[size++] = (byte) (0x80 | ((codePoint >> 12) & 0x3f));
      }
      bytes[size++] = (byte) (0x80 | ((codePoint >> 6) & 0x3f));
    }
    bytes[size++] = (byte) (0x80 | (codePoint & 0x3f));
  }

  private void ensure(int more) {
    if (bytes.length - size < more) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
    }
  }
}
