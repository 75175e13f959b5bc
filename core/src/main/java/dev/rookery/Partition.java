package dev.rookery;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * One ordered part of a stream, written {@code stream/number}.
 *
 * @param number counted from 0
 */
public record Partition(String stream, int number) implements Comparable<Partition> {
  public Partition {
    if (stream.isEmpty() || number < 0) {
      throw new IllegalArgumentException("no partition: " + stream + "/" + number);
    }
  }

  @JsonCreator
  public static Partition parse(String text) {
    int slash = text.lastIndexOf('/');
    try {
      return new Partition(text.substring(0, slash), Integer.parseInt(text.substring(slash + 1)));
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      throw new InvalidInput(
          "'" + InvalidInput.shown(text) + "' is no partition; one looks like user/0", e);
    }
  }

  @Override
  public int compareTo(Partition other) {
    int byStream = stream.compareTo(other.stream);
    return byStream != 0 ? byStream : Integer.compare(number, other.number);
  }

  @JsonValue
  @Override
  public String toString() {
    return stream + "/" + number;
  }
}
