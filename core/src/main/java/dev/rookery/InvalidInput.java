package dev.rookery;

import org.jspecify.annotations.Nullable;

/** Something handed in from outside is not of the form it must have. */
public final class InvalidInput extends RookeryException {
  private static final long serialVersionUID = 1L;
  private static final int SHOWN = 80;

  public InvalidInput(String message) {
    super(message);
  }

  public InvalidInput(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /**
   * Outside text as it may stand in a message: control characters replaced, cut at 80 characters.
   */
  public static String shown(String text) {
    String beginning = cut(text, SHOWN);
    String cut = beginning.length() < text.length() ? beginning + "..." : text;
    return cut.replaceAll("\\p{Cntrl}", "?");
  }

  /** The beginning of a text, never with half of a character at its end. */
  public static String cut(String text, int length) {
    if (text.length() <= length) {
      return text;
    }
    return text.substring(
        0, Character.isHighSurrogate(text.charAt(length - 1)) ? length - 1 : length);
  }
}
