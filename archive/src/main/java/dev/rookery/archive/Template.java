package dev.rookery.archive;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What JSON texts of one shape have in common, and what each fills in: its strings and its numbers.
 * Texts are cut, never understood: put together again they are the bytes that they were.
 *
 * @param frame the text with a zero byte in the place of each value
 */
record Template(String frame, List<byte[]> values) {
  private static final int MOST_VALUES = 64;

  Template {
    values = List.copyOf(values);
  }

  /** Cuts a text, where it is one that can be cut. */
  static Optional<Template> of(byte[] text) {
    StringBuilder frame = new StringBuilder();
    List<byte[]> values = new ArrayList<>();
    int at = 0;
    while (at < text.length) {
      int end = at + 1;
      byte first = text[at];
      if (first == '"') {
        end = endOfString(text, at);
        if (end < 0) {
          return Optional.empty();
        }
        if (isName(text, end)) {
          frame.append(latin(text, at, end));
        } else {
          frame.append("\"\0\"");
          values.add(java.util.Arrays.copyOfRange(text, at + 1, end - 1));
        }
      } else if (isOfNumber(first)) {
        while (end < text.length && isOfNumber(text[end])) {
          end++;
        }
        frame.append('\0');
        values.add(java.util.Arrays.copyOfRange(text, at, end));
      } else if (first == 0) {
        return Optional.empty();
      } else {
        frame.append(latin(text, at, end));
      }
      at = end;
    }
    boolean cut = !values.isEmpty() && values.size() <= MOST_VALUES;
    return cut ? Optional.of(new Template(frame.toString(), values)) : Optional.empty();
  }

  private static String latin(byte[] text, int from, int to) {
    return new String(text, from, to - from, java.nio.charset.StandardCharsets.ISO_8859_1);
  }

  /** After the closing quotation mark; negative where there is none, or a zero byte before. */
  private static int endOfString(byte[] text, int from) {
    for (int i = from + 1; i < text.length; i++) {
      switch (text[i]) {
        case '\\' -> i++;
        case '"' -> {
          return i + 1;
        }
        case 0 -> {
          return -1;
        }
        default -> {
          // One more character of it
        }
      }
    }
    return -1;
  }

  private static boolean isName(byte[] text, int end) {
    int at = end;
    while (at < text.length && text[at] == ' ') {
      at++;
    }
    return at < text.length && text[at] == ':';
  }

  private static boolean isOfNumber(byte each) {
    return each >= '0' && each <= '9' || each == '-' || each == '+' || each == '.';
  }
}
