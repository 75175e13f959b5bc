package dev.rookery.redis;

import dev.rookery.Position;
import java.time.Instant;

/** Ids of entries, {@code milliseconds-sequence}, which are our positions. */
final class Ids {
  private Ids() {}

  static Position position(byte[] id) {
    return position(id, 0);
  }

  /** Reads an id that begins at an offset. */
  static Position position(byte[] id, int from) {
    int dash = from;
    while (id[dash] != '-') {
      dash++;
    }
    return new Position(digits(id, from, dash), digits(id, dash + 1, id.length));
  }

  private static long digits(byte[] id, int from, int to) {
    long value = 0;
    for (int i = from; i < to; i++) {
      value = value * 10 + (id[i] - '0');
    }
    return value;
  }

  static String of(Position position) {
    return position.high() + "-" + position.low();
  }

  /** When the log took the entry. */
  static Instant time(Position position) {
    return Instant.ofEpochMilli(position.high());
  }

  /** A text that sorts as the position does. */
  static String sortable(Position position) {
    return padded(position.high()) + padded(position.low());
  }

  static Position fromSortable(String text) {
    return new Position(
        Long.parseLong(text.substring(0, 19)), Long.parseLong(text.substring(19, 38)));
  }

  private static String padded(long number) {
    String digits = Long.toString(number);
    return "0".repeat(19 - digits.length()) + digits;
  }
}
