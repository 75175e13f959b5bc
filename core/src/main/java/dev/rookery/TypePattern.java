package dev.rookery;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Matches dotted event types: {@code *} stands for one token, {@code **} at the end for any tail of
 * one token or more; {@code **} alone matches every type. Matched token by token, in time linear in
 * the type's length.
 */
public record TypePattern(@JsonValue String text) {
  private static final Pattern FORM =
      Pattern.compile("(?:(?:[A-Za-z0-9_-]+|\\*)\\.)*+(?:[A-Za-z0-9_-]+|\\*\\*?)");
  private static final int MAX_LENGTH = 200;

  /**
   * Checks the pattern.
   *
   * @throws InvalidInput when it is no pattern
   */
  public TypePattern {
    if (text.length() > MAX_LENGTH || !FORM.matcher(text).matches()) {
      throw new InvalidInput(
          "'"
              + InvalidInput.shown(text)
              + "' is no pattern; tokens of A-Za-z0-9_- or * joined by dots, ** only at the end, "
              + MAX_LENGTH
              + " characters at most");
    }
  }

  @JsonCreator
  public static TypePattern of(String text) {
    return new TypePattern(text);
  }

  public static List<TypePattern> all(String... texts) {
    return List.of(texts).stream().map(TypePattern::new).toList();
  }

  public boolean matches(String type) {
    int p = 0;
    int t = 0;
    while (true) {
      int patternEnd = end(text, p);
      int typeEnd = end(type, t);
      if (isTail(p, patternEnd)) {
        return true;
      }
      boolean any = patternEnd - p == 1 && text.charAt(p) == '*';
      if (!any && (patternEnd - p != typeEnd - t || !text.regionMatches(p, type, t, typeEnd - t))) {
        return false;
      }
      boolean patternDone = patternEnd == text.length();
      boolean typeDone = typeEnd == type.length();
      if (patternDone || typeDone) {
        return patternDone && typeDone;
      }
      p = patternEnd + 1;
      t = typeEnd + 1;
    }
  }

  /** Whether some type exists that both match. */
  public boolean overlaps(TypePattern other) {
    String[] mine = text.split("\\.", -1);
    String[] its = other.text.split("\\.", -1);
    for (int i = 0; ; i++) {
      if (i == mine.length || i == its.length) {
        return mine.length == its.length;
      }
      if (mine[i].equals("**") || its[i].equals("**")) {
        return true;
      }
      if (!mine[i].equals("*") && !its[i].equals("*") && !mine[i].equals(its[i])) {
        return false;
      }
    }
  }

  /** Whether every type that the other matches is matched by this one. */
  public boolean covers(TypePattern other) {
    String[] mine = text.split("\\.", -1);
    String[] its = other.text.split("\\.", -1);
    for (int i = 0; ; i++) {
      if (i == mine.length || i == its.length) {
        return mine.length == its.length;
      }
      if (mine[i].equals("**")) {
        return true;
      }
      if (its[i].equals("**") || (!mine[i].equals("*") && !mine[i].equals(its[i]))) {
        return false;
      }
    }
  }

  private boolean isTail(int from, int to) {
    return to - from == 2 && text.charAt(from) == '*' && text.charAt(from + 1) == '*';
  }

  private static int end(String dotted, int from) {
    int dot = dotted.indexOf('.', from);
    return dot < 0 ? dotted.length() : dot;
  }

  @Override
  public String toString() {
    return text;
  }
}
