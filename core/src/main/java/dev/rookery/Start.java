package dev.rookery;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/**
 * Where reading begins: {@code latest}, {@code earliest}, an instant, or after a position or a
 * token.
 */
public sealed interface Start {
  static Start latest() {
    return new Latest();
  }

  static Start earliest() {
    return new Earliest();
  }

  /**
   * Only for a subscription on Redis: it takes the place of the consumer group {@code
   * bot-group-<name>}, what is pending there first.
   */
  static Start group() {
    return new Group();
  }

  /** After the last event that is stored now. */
  record Latest() implements Start {
    @Override
    public String toString() {
      return "latest";
    }
  }

  /** Before the first event that is kept. */
  record Earliest() implements Start {
    @Override
    public String toString() {
      return "earliest";
    }
  }

  /** Where a consumer group of the same name, which others made in the store, has got to. */
  record Group() implements Start {
    @Override
    public String toString() {
      return "group";
    }
  }

  /** At the first event that the log took at this instant or later. */
  record At(Instant time) implements Start {
    @Override
    public String toString() {
      return time.toString();
    }
  }

  /** After the places that the token names. */
  record After(Token token) implements Start {
    @Override
    public String toString() {
      return token.toString();
    }
  }

  /** After this position, in every partition that is read. */
  record AfterPosition(Position position) implements Start {
    @Override
    public String toString() {
      return position.toString();
    }
  }

  /**
   * Reads the string form: {@code latest}, {@code earliest}, {@code group}, an ISO 8601 instant, a
   * position, or a token.
   *
   * @throws InvalidInput when it is none of these
   */
  @JsonCreator
  static Start parse(String text) {
    if (text.equals("latest")) {
      return latest();
    }
    if (text.equals("earliest")) {
      return earliest();
    }
    if (text.equals("group")) {
      return group();
    }
    if (text.startsWith(Token.PREFIX)) {
      return new After(Token.parse(text));
    }
    if (text.matches("[0-9]{1,19}(-[0-9]{1,19})?")) {
      return new AfterPosition(Position.parse(text));
    }
    try {
      return new At(Instant.parse(text));
    } catch (DateTimeParseException e) {
      throw new InvalidInput(
          "'"
              + InvalidInput.shown(text)
              + "' is no place to start; use latest, earliest, a time like 2026-01-31T12:00:00Z, a position like 42, or a token",
          e);
    }
  }

  @JsonValue
  default String text() {
    return toString();
  }
}
