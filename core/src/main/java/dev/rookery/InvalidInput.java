package dev.rookery;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/** Something handed in from outside is not of the form it must have. */
public final class InvalidInput extends RookeryException {
  private static final long serialVersionUID = 1L;
  private static final int SHOWN = 80;
  private static final int SAID = 160;

  public InvalidInput(String message) {
    super(message);
  }

  public InvalidInput(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /**
   * Outside text as it may stand in a message: control characters and halves of characters
   * replaced, cut at 80 characters.
   */
  public static String shown(String text) {
    String beginning = cut(text, SHOWN);
    String cut = beginning.length() < text.length() ? beginning + "..." : text;
    return printable(cut);
  }

  /** The same, however long it is. */
  public static String printable(String text) {
    return text.replaceAll("[\\p{Cntrl}\\p{Cs}]", "?");
  }

  /**
   * What a JSON parser found wrong, in one line of at most 163 characters: its own words have
   * several, and quote the text.
   */
  public static String shown(JacksonException e) {
    String line = String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("");
    int marker = line.indexOf(" (start marker");
    String said = marker < 0 ? line : line.substring(0, marker);
    String cut = cut(said, SAID);
    return printable(cut.length() < said.length() ? cut + "..." : said);
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
