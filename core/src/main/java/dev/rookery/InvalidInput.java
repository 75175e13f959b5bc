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
    String cut = text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
    return cut.replaceAll("\\p{Cntrl}", "?");
  }
}
