package dev.rookery.client.wire;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * Reads the times of RFC 3339. The form that everybody writes, in UTC with a {@code Z}, is read
 * digit by digit, because each event carries one; {@link Instant#parse} reads all others.
 */
public final class Timestamps {
  private static final int SHORTEST = "2026-01-31T12:00:00Z".length();
  private static final int LONGEST = SHORTEST + ".123456789".length();

  private Timestamps() {}

  /**
   * Reads a time.
   *
   * @throws java.time.format.DateTimeParseException when it is none
   */
  public static Instant parse(String text) {
    Instant usual = usual(text);
    return usual == null ? Instant.parse(text) : usual;
  }

  private static @Nullable Instant usual(String text) {
    int length = text.length();
    if (length < SHORTEST
        || length > LONGEST
        || text.charAt(length - 1) != 'Z'
        || text.charAt(4) != '-'
        || text.charAt(7) != '-'
        || text.charAt(10) != 'T'
        || text.charAt(13) != ':'
        || text.charAt(16) != ':'
        || (length > SHORTEST && (text.charAt(19) != '.' || length == SHORTEST + 1))) {
      return null;
    }
    int year = AttributeRules.digits(text, 0, 4);
    int month = AttributeRules.digits(text, 5, 7);
    int day = AttributeRules.digits(text, 8, 10);
    int hour = AttributeRules.digits(text, 11, 13);
    int minute = AttributeRules.digits(text, 14, 16);
    int second = AttributeRules.digits(text, 17, 19);
    int fraction = length == SHORTEST ? 0 : AttributeRules.digits(text, 20, length - 1);
    if ((year | month | day | hour | minute | second | fraction) < 0
        || hour > 23
        || minute > 59
        || second > 59) {
      return null;
    }
    for (int digits = length - 1 - 20; digits < 9 && fraction > 0; digits++) {
      fraction *= 10;
    }
    try {
      long days = LocalDate.of(year, month, day).toEpochDay();
      return Instant.ofEpochSecond(((days * 24 + hour) * 60 + minute) * 60 + second, fraction);
    } catch (DateTimeException e) {
      return null;
    }
  }
}
