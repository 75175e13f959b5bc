package dev.rookery.postgres;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What an event must have for a condition to be true, as far as that can be told from its text
 * alone: the comparisons of a field with a plain text that stand in it, joined by {@code &&}. All
 * else is for whoever evaluates the condition, and so is the final word on these.
 */
record RequiredTexts(List<Required> all) {
  private static final RequiredTexts NONE = new RequiredTexts(List.of());

  /** Characters that stand for themselves in CEL and, but for {@code \\u}, in JSON. */
  private static final String TEXT = "(['\"])([A-Za-z0-9 _.:-]{2,100})\\%d";

  private static final String FIELD = "(data(?:\\.[A-Za-z_][A-Za-z0-9_]*)*|source|key|type)";
  private static final Pattern FIELD_FIRST =
      Pattern.compile(FIELD + "\\s*==\\s*" + TEXT.formatted(2));
  private static final Pattern TEXT_FIRST =
      Pattern.compile(TEXT.formatted(1) + "\\s*==\\s*" + FIELD);

  /**
   * A text that a field must have.
   *
   * @param field {@code source}, {@code key}, {@code type}, or {@code data} for anywhere in it
   */
  record Required(String field, String text) {}

  static RequiredTexts of(String condition) {
    return new Conjunction(condition)
        .parts()
        .map(parts -> new RequiredTexts(parts.stream().flatMap(RequiredTexts::required).toList()))
        .orElse(NONE);
  }

  private static Stream<Required> required(String part) {
    Matcher first = FIELD_FIRST.matcher(part);
    if (first.matches()) {
      return Stream.of(required(first.group(1), first.group(3)));
    }
    Matcher last = TEXT_FIRST.matcher(part);
    return last.matches() ? Stream.of(required(last.group(3), last.group(2))) : Stream.empty();
  }

  private static Required required(String field, String text) {
    return new Required(field.startsWith("data") ? "data" : field, text);
  }

  /** Takes a condition apart at its outermost {@code &&}; gives up at what it does not know. */
  private static final class Conjunction {
    private final String text;
    private final List<String> parts = new ArrayList<>();
    private int begin;
    private int depth;

    Conjunction(String text) {
      this.text = text;
    }

    /** Empty where the whole is no conjunction. */
    Optional<List<String>> parts() {
      int at = 0;
      while (at < text.length()) {
        int next = step(at);
        if (next < 0) {
          return Optional.empty();
        }
        at = next;
      }
      parts.add(text.substring(begin).strip());
      return Optional.of(parts);
    }

    /** Where the next token may begin; negative where it is better to give up. */
    private int step(int at) {
      char c = text.charAt(at);
      switch (c) {
        case '(', '[', '{' -> depth++;
        case ')', ']', '}' -> depth--;
        case '\'', '"' -> {
          return afterText(at, c);
        }
        case '|', '?', '/', '\\' -> {
          return depth == 0 || c == '/' || c == '\\' ? -1 : at + 1;
        }
        case '&' -> {
          if (depth == 0) {
            parts.add(text.substring(begin, at).strip());
            begin = at + 2;
          }
          return at + 2;
        }
        default -> {}
      }
      return at + 1;
    }

    /** Texts with a prefix, an escape or three quotes are not looked into. */
    private int afterText(int at, char quote) {
      boolean prefixed = at > 0 && Character.isLetterOrDigit(text.charAt(at - 1));
      int end = text.indexOf(quote, at + 1);
      boolean plain =
          end > at + 1 && text.lastIndexOf('\\', end) < at && !text.startsWith("" + quote, end + 1);
      return prefixed || !plain ? -1 : end + 1;
    }
  }
}
