package dev.rookery;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;

/** Positions over several partitions, which travel as one opaque string. */
public record Token(Map<Partition, Position> positions) {
  static final String PREFIX = "t_";
  private static final int MAX_LENGTH = 65_536;

  public Token {
    positions = Map.copyOf(positions);
  }

  /**
   * Reads the opaque string.
   *
   * @throws InvalidInput when it was not made by {@link #toString}
   */
  @JsonCreator
  public static Token parse(String text) {
    try {
      if (!text.startsWith(PREFIX) || text.length() > MAX_LENGTH) {
        throw new IllegalArgumentException("no token");
      }
      String inside =
          new String(
              Base64.getUrlDecoder().decode(text.substring(PREFIX.length())),
              StandardCharsets.UTF_8);
      Map<Partition, Position> positions = new TreeMap<>();
      for (String part : inside.isEmpty() ? new String[0] : inside.split(",", -1)) {
        int at = part.indexOf('@');
        positions.put(
            Partition.parse(part.substring(0, at)), Position.parse(part.substring(at + 1)));
      }
      return new Token(positions);
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new InvalidInput(
          "'" + InvalidInput.shown(text) + "' is no token; use one that an earlier answer gave", e);
    }
  }

  @JsonValue
  @Override
  public String toString() {
    StringBuilder inside = new StringBuilder();
    new TreeMap<>(positions)
        .forEach((partition, position) ->
            inside
                .append(inside.isEmpty() ? "" : ",")
                .append(partition)
                .append('@')
                .append(position));
    return PREFIX
        + Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(inside.toString().getBytes(StandardCharsets.UTF_8));
  }
}
