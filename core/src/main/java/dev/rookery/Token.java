package dev.rookery;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Positions over several partitions, which travel as one opaque string.
 *
 * @param epoch the history that they belong to, empty where it never went back
 */
public record Token(Map<Partition, Position> positions, Optional<String> epoch) {
  static final String PREFIX = "t_";
  private static final char END_OF_EPOCH = ';';
  private static final int MAX_LENGTH = 65_536;

  public Token {
    positions = Map.copyOf(positions);
  }

  /** Positions of a history that never went back. */
  public Token(Map<Partition, Position> positions) {
    this(positions, Optional.empty());
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
      int end = inside.indexOf(END_OF_EPOCH);
      Optional<String> epoch = end < 0 ? Optional.empty() : Optional.of(inside.substring(0, end));
      String places = inside.substring(end + 1);
      Map<Partition, Position> positions = new TreeMap<>();
      for (String part : places.isEmpty() ? new String[0] : places.split(",", -1)) {
        int at = part.indexOf('@');
        positions.put(
            Partition.parse(part.substring(0, at)), Position.parse(part.substring(at + 1)));
      }
      return new Token(positions, epoch);
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
            .encodeToString(
                (epoch.map(name -> name + END_OF_EPOCH).orElse("") + inside)
                    .getBytes(StandardCharsets.UTF_8));
  }
}
