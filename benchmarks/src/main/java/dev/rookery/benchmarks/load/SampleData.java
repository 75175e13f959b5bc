package dev.rookery.benchmarks.load;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The data of a measured event: JSON in which its key, its number within the key and when it was
 * sent stand as digits at fixed places, so that reading them costs next to nothing.
 */
final class SampleData {
  private static final int KEY = 6;
  private static final int KEY_DIGITS = 4;
  private static final int SEQ = KEY + KEY_DIGITS + 7;
  private static final int SEQ_DIGITS = 12;
  private static final int SENT = SEQ + SEQ_DIGITS + 7;
  private static final int SENT_DIGITS = 19;
  private static final String FORM =
      "{\"k\":\""
          + "0".repeat(KEY_DIGITS)
          + "\",\"s\":\""
          + "0".repeat(SEQ_DIGITS)
          + "\",\"t\":\""
          + "0".repeat(SENT_DIGITS)
          + "\",\"x\":\"";
  private static final String END = "\"}";
  static final int MIN_BYTES = FORM.length() + END.length();

  private final byte[] template;

  SampleData(int sizeBytes) {
    String text = FORM + "x".repeat(sizeBytes - MIN_BYTES) + END;
    template = text.getBytes(StandardCharsets.US_ASCII);
  }

  byte[] of(int key, long seq, long sentNanos) {
    byte[] bytes = Arrays.copyOf(template, template.length);
    digits(bytes, KEY, KEY_DIGITS, key);
    digits(bytes, SEQ, SEQ_DIGITS, seq);
    digits(bytes, SENT, SENT_DIGITS, sentNanos);
    return bytes;
  }

  static int key(ByteBuffer data) {
    return (int) number(data, KEY, KEY_DIGITS);
  }

  static long seq(ByteBuffer data) {
    return number(data, SEQ, SEQ_DIGITS);
  }

  static long sentNanos(ByteBuffer data) {
    return number(data, SENT, SENT_DIGITS);
  }

  private static void digits(byte[] bytes, int from, int count, long number) {
    long rest = number;
    for (int i = from + count - 1; i >= from; i--) {
      bytes[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
  }

  private static long number(ByteBuffer data, int from, int count) {
    int start = data.position() + from;
    long number = 0;
    for (int i = start; i < start + count; i++) {
      number = number * 10 + (data.get(i) - '0');
    }
    return number;
  }
}
