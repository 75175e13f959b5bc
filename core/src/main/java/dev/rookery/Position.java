package dev.rookery;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * A place in one partition of a stream. Positions compare, they do not subtract: two neighbours may
 * lie far apart.
 *
 * <p>Outside the process a position is a string, {@code "42"} or {@code "1700000000000-3"}; its
 * parts may exceed what a JSON number holds.
 *
 * @param high the number that a log counts, or the milliseconds of a Redis entry
 * @param low the sequence within {@code high}, 0 where a log does not use it
 */
public record Position(long high, long low) implements Comparable<Position> {
  /** Before every event. */
  public static final Position ZERO = new Position(0, 0);

  public Position {
    if (high < 0 || low < 0) {
      throw new IllegalArgumentException("a position is not negative: " + high + "-" + low);
    }
  }

  public static Position of(long high) {
    return new Position(high, 0);
  }

  /**
   * Reads the string form.
   *
   * @throws InvalidInput when the text is no position
   */
  @JsonCreator
  public static Position parse(String text) {
    int dash = text.indexOf('-');
    try {
      return dash < 0
          ? new Position(Long.parseLong(text), 0)
          : new Position(
              Long.parseLong(text.substring(0, dash)), Long.parseLong(text.substring(dash + 1)));
    } catch (IllegalArgumentException e) {
      throw new InvalidInput(
          "'" + InvalidInput.shown(text) + "' is no position; one looks like 42 or 1700000000000-3",
          e);
    }
  }

  public boolean isAfter(Position other) {
    return compareTo(other) > 0;
  }

  @Override
  public int compareTo(Position other) {
    int byHigh = Long.compare(high, other.high);
    return byHigh != 0 ? byHigh : Long.compare(low, other.low);
  }

  @JsonValue
  @Override
  public String toString() {
    return low == 0 ? Long.toString(high) : high + "-" + low;
  }
}
