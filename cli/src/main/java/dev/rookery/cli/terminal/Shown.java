package dev.rookery.cli.terminal;

import java.time.Duration;
import java.util.Locale;

/** Values as people read them. */
public final class Shown {
  private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB"};

  private Shown() {}

  /**
   * Text from outside, with everything that a terminal would obey, or that would turn the line
   * around, written out.
   */
  public static String text(String outside) {
    int harmless = 0;
    while (harmless < outside.length() && !isHarmful(outside.charAt(harmless))) {
      harmless++;
    }
    if (harmless == outside.length()) {
      return outside;
    }
    StringBuilder shown = new StringBuilder(outside.length() + 16);
    for (int i = 0; i < outside.length(); i++) {
      char c = outside.charAt(i);
      if (isHarmful(c)) {
        escape(shown, c);
      } else {
        shown.append(c);
      }
    }
    return shown.toString();
  }

  /**
   * JSON of one line with the same characters escaped. They can only stand inside strings there,
   * where the escape means the same.
   */
  public static String json(String json) {
    return text(json);
  }

  private static void escape(StringBuilder shown, char c) {
    shown.append("\\u").append(String.format(Locale.ROOT, "%04x", (int) c));
  }

  private static boolean isHarmful(char c) {
    return c < 0x20
        || (c >= 0x7f && c < 0xa0)
        || c == 0x061c
        || (c >= 0x200e && c <= 0x200f)
        || (c >= 0x2028 && c <= 0x202e)
        || (c >= 0x2066 && c <= 0x2069)
        || c == 0xfeff;
  }

  /** At most that many characters, the last an ellipsis where some are left out. */
  public static String cut(String text, int length) {
    if (text.codePointCount(0, text.length()) <= length) {
      return text;
    }
    return text.substring(0, text.offsetByCodePoints(0, Math.max(0, length - 1))) + "…";
  }

  public static String duration(Duration duration) {
    double seconds = duration.toMillis() / 1000.0;
    if (duration.isZero()) {
      return "-";
    } else if (seconds < 1) {
      return duration.toMillis() + " ms";
    } else if (seconds < 120) {
      return String.format(Locale.ROOT, "%.1f s", seconds);
    } else if (seconds < 7200) {
      return duration.toMinutes() + " min";
    }
    return seconds < 172_800 ? duration.toHours() + " h" : duration.toDays() + " d";
  }

  public static String bytes(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= 1000 && unit < UNITS.length - 1) {
      value /= 1000;
      unit++;
    }
    return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", value, UNITS[unit]);
  }

  public static String number(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  public static String millis(double millis) {
    return String.format(Locale.ROOT, millis < 10 ? "%.2f ms" : "%.1f ms", millis);
  }
}
