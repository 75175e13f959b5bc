package dev.rookery.client.wire;

import dev.rookery.InvalidEvent;
import dev.rookery.InvalidInput;
import dev.rookery.JsonText;
import dev.rookery.RookeryException;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads JSON from outside as a stream, and nothing but strict JSON: no name twice, no broken text,
 * no nesting, number or name beyond bounds, nothing after the end.
 */
public final class StrictJson {
  /** Digits and signs of one number, as the engine takes them. */
  private static final int NUMBER_LENGTH = 100;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(1_000)
                  .maxNumberLength(NUMBER_LENGTH)
                  .maxNameLength(10_000)
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .disable(TokenStreamFactory.Feature.CHARSET_DETECTION)
          .build();

  private StrictJson() {}

  /**
   * Reads one JSON value that is the whole text.
   *
   * @param reader gets the parser at the value's first token and leaves it at the last
   * @throws InvalidInput when the text is not strict JSON
   */
  public static <T> T read(byte[] text, Function<JsonParser, T> reader) {
    JsonText.check(text);
    try (JsonParser parser =
        FACTORY.createParser(ObjectReadContext.empty(), text, 0, text.length)) {
      if (parser.nextToken() == null) {
        throw new InvalidInput("the body is empty; send JSON");
      }
      T value = reader.apply(parser);
      if (parser.nextToken() != null) {
        throw new InvalidInput("something follows the JSON value; send one value only");
      }
      return value;
    } catch (JacksonException e) {
      throw refused(e);
    }
  }

  /**
   * Reads what a server says. Beyond strict JSON it may still be something else than what is
   * expected of a Rookery server.
   *
   * @throws InvalidInput when it is not strict JSON, or not what is expected
   */
  static <T> T answer(byte[] text, Function<JsonParser, T> reader) {
    try {
      return read(text, reader);
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new InvalidInput(
          InvalidInput.shown(e.getMessage() == null ? e.toString() : e.getMessage())
              + "; is this a Rookery server?",
          e);
    }
  }

  /** Goes through the object at which the parser stands, and stops at the value of each member. */
  static void members(JsonParser parser, Consumer<String> each) {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw new InvalidInput("an object is expected; is this a Rookery server?");
    }
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      parser.nextToken();
      each.accept(name);
      requireTaken(parser);
    }
  }

  /** Who takes an object or a list for a text leaves what is in it. */
  private static void requireTaken(JsonParser parser) {
    if (parser.currentToken() == null || parser.currentToken().isStructStart()) {
      throw new InvalidInput("an object or a list is not expected; is this a Rookery server?");
    }
  }

  /** Reads the list at which the parser stands. */
  static <T> List<T> items(JsonParser parser, Function<JsonParser, T> each) {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw new InvalidInput("a list is expected; is this a Rookery server?");
    }
    List<T> items = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      items.add(each.apply(parser));
      requireTaken(parser);
    }
    return items;
  }

  /**
   * Checks a small text that another reader will bind.
   *
   * @throws InvalidInput when it is not strict JSON
   */
  public static void check(byte[] text) {
    read(text, parser -> skip(parser, 10, Integer.MAX_VALUE));
  }

  /** What Jackson found wrong, in our words. */
  public static InvalidInput refused(JacksonException e) {
    String what =
        e instanceof StreamConstraintsException
            ? "the JSON goes beyond a limit: "
            : "this is not strict JSON: ";
    return new InvalidInput(
        what
            + InvalidInput.shown(e)
            + (e.getLocation() == null
                ? ""
                : " (near byte " + e.getLocation().getByteOffset() + ")"),
        e);
  }

  /**
   * Checks that data which says it is JSON is so.
   *
   * @throws InvalidEvent when it is not, or is nested too deeply
   */
  public static void checkData(ByteBuffer data, int depth) {
    byte[] bytes = new byte[data.remaining()];
    data.get(data.position(), bytes);
    try {
      read(
          bytes,
          parser -> {
            skip(parser, depth, Integer.MAX_VALUE);
            return parser;
          });
    } catch (InvalidInput e) {
      throw new InvalidEvent("the data is not JSON that can be kept: " + e.getMessage(), e);
    }
  }

  /**
   * Walks over the value at which the parser stands, checking its numbers and its depth.
   *
   * @param maxBytes where it gives up
   * @return the number of the first byte after the value
   */
  static int skip(JsonParser parser, int maxDepth, int maxBytes) {
    long begin = parser.currentTokenLocation().getByteOffset();
    int depth = 0;
    int tokens = 0;
    JsonToken token = parser.currentToken();
    while (true) {
      if (token.isStructStart()) {
        if (++depth > maxDepth) {
          throw new InvalidEvent("the data is nested deeper than " + maxDepth + "; flatten it");
        }
      } else if (token.isStructEnd()) {
        depth--;
      } else if (token == JsonToken.VALUE_NUMBER_FLOAT) {
        checkRange(parser);
      }
      if (depth == 0) {
        parser.finishToken();
        return (int) parser.currentLocation().getByteOffset();
      }
      if ((++tokens & 1023) == 0 && parser.currentLocation().getByteOffset() - begin > maxBytes) {
        throw tooLarge(maxBytes);
      }
      token = parser.nextToken();
    }
  }

  static RookeryException tooLarge(int maxBytes) {
    return new dev.rookery.EventTooLarge(
        "the event is larger than "
            + maxBytes
            + " bytes; keep large data elsewhere and send a reference");
  }

  private static void checkRange(JsonParser parser) {
    char[] text = parser.getStringCharacters();
    int offset = parser.getStringOffset();
    int end = offset + parser.getStringLength();
    for (int i = offset; i < end; i++) {
      if ((text[i] == 'e' || text[i] == 'E')
          && Double.isInfinite(Double.parseDouble(new String(text, offset, end - offset)))) {
        throw new InvalidInput("a number is out of range; send such numbers as strings");
      }
    }
  }
}
