package dev.rookery.engine;

import dev.rookery.InvalidEvent;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * Refuses JSON that some reader further down would read differently or not at all: duplicate names,
 * broken UTF-8, lone surrogates, U+0000, deep nesting, numbers that no double holds.
 */
final class StrictJson {
  private static final int NUMBER_LENGTH = 100;

  private final JsonFactory factory;

  StrictJson(int depth, int bytes) {
    factory =
        JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(depth)
                    .maxNumberLength(NUMBER_LENGTH)
                    .maxStringLength(bytes)
                    .maxNameLength(bytes)
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
      int depth = 0;
      JsonToken token = parser.nextToken();
      if (token == null) {
        throw new InvalidEvent("the data is empty; leave it out, or send {}");
      }
      while (token != null) {
        switch (token) {
          case START_OBJECT, START_ARRAY -> depth++;
          case END_OBJECT, END_ARRAY -> depth--;
          case PROPERTY_NAME ->
              text(parser.currentName().toCharArray(), 0, parser.currentName().length());
          case VALUE_STRING ->
              text(
                  parser.getStringCharacters(), parser.getStringOffset(), parser.getStringLength());
          case VALUE_NUMBER_FLOAT -> number(parser.getString());
          default -> {}
        }
        token = parser.nextToken();
        if (depth == 0 && token != null) {
          throw new InvalidEvent("the data goes on behind its end");
        }
      }
    } catch (JacksonException e) {
      throw new InvalidEvent("the data is not acceptable JSON: " + e.getOriginalMessage(), e);
    }
  }

  private static void text(char[] text, int from, int length) {
    int end = from + length;
    for (int i = from; i < end; i++) {
      char c = text[i];
      if (c == 0) {
        throw new InvalidEvent(
            "the data holds U+0000, which not every store can keep; leave it out");
      }
      if (Character.isSurrogate(c)) {
        boolean pair =
            Character.isHighSurrogate(c) && i + 1 < end && Character.isLowSurrogate(text[i + 1]);
        if (!pair) {
          throw new InvalidEvent("the data holds half a surrogate pair; send whole characters");
        }
        i++;
      }
    }
  }

  private static void number(String text) {
    if (Double.isInfinite(Double.parseDouble(text))) {
      throw new InvalidEvent("the data holds a number that is out of range; send it as a string");
    }
  }
}
