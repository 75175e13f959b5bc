package dev.rookery.engine;

import dev.rookery.InvalidEvent;
import dev.rookery.InvalidInput;
import dev.rookery.JsonText;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;

/**
 * Refuses JSON that some reader further down would read differently or not at all: what is not
 * UTF-8, duplicate names, lone surrogates, U+0000, deep nesting, numbers that no double holds.
 */
final class StrictJson {
  private static final int NUMBER_LENGTH = 100;
  private static final int NAME_LENGTH = 10_000;

  private final JsonFactory factory;

  StrictJson(int depth, int bytes) {
    factory =
        JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(TokenStreamFactory.Feature.CHARSET_DETECTION)
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(depth)
                    .maxNumberLength(NUMBER_LENGTH)
                    .maxStringLength(bytes)
                    .maxNameLength(NAME_LENGTH)
                    .build())
            .build();
  }

  /**
   * Reads the data through.
   *
   * @throws InvalidEvent when it is not acceptable
   */
  void check(byte[] data) {
    try (JsonParser parser = factory.createParser(ObjectReadContext.empty(), data)) {
      JsonText.check(data);
      read(parser);
    } catch (InvalidInput e) {
      throw new InvalidEvent("the data is not acceptable JSON: " + e.getMessage(), e);
    } catch (JacksonException e) {
      throw new InvalidEvent("the data is not acceptable JSON: " + InvalidInput.shown(e), e);
    }
  }

  private static void read(JsonParser parser) {
    int depth = 0;
    JsonToken token = parser.nextToken();
    if (token == null) {
      throw new InvalidEvent("the data is empty; leave it out, or send {}");
    }
    while (token != null) {
      switch (token) {
        case START_OBJECT, START_ARRAY -> depth++;
        case END_OBJECT, END_ARRAY -> depth--;
        case VALUE_NUMBER_FLOAT -> number(parser.getString());
        default -> {}
      }
      token = parser.nextToken();
      if (depth == 0 && token != null) {
        throw new InvalidEvent("the data goes on behind its end");
      }
    }
  }

  private static void number(String text) {
    if (Double.isInfinite(Double.parseDouble(text))) {
      throw new InvalidEvent("the data holds a number that is out of range; send it as a string");
    }
  }
}
