package dev.rookery.cli;

import dev.rookery.InvalidInput;
import dev.rookery.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Cuts a line into the events that stand in it, each byte by byte: an array is a batch, an object
 * with an {@code event} has that, and any other object is one itself.
 */
final class ImportedLine {
  private ImportedLine() {}

  /**
   * The events' texts, in order.
   *
   * @throws InvalidInput when it is neither an object nor an array of objects
   */
  static List<String> events(String line) {
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
    try (JsonParser parser = Json.MAPPER.createParser(bytes)) {
      JsonToken first = parser.nextToken();
      if (first == JsonToken.START_ARRAY) {
        return batch(parser, bytes);
      }
      if (first != JsonToken.START_OBJECT) {
        throw new InvalidInput("a line is an event, or an array of events");
      }
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        boolean located = "event".equals(parser.currentName());
        if (parser.nextToken() == JsonToken.START_OBJECT && located) {
          return List.of(slice(parser, bytes));
        }
        parser.skipChildren();
      }
      return List.of(line);
    } catch (JacksonException e) {
      throw new InvalidInput("not JSON: " + InvalidInput.shown(e), e);
    }
  }

  private static List<String> batch(JsonParser parser, byte[] bytes) {
    List<String> events = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      events.add(slice(parser, bytes));
    }
    return events;
  }

  private static String slice(JsonParser parser, byte[] bytes) {
    int begin = (int) parser.currentTokenLocation().getByteOffset();
    parser.skipChildren();
    parser.finishToken();
    int end = (int) parser.currentLocation().getByteOffset();
    return new String(bytes, begin, end - begin, StandardCharsets.UTF_8);
  }
}
