package dev.rookery.client.wire;

import dev.rookery.Draft;
import dev.rookery.Event;
import dev.rookery.InvalidEvent;
import dev.rookery.InvalidInput;
import dev.rookery.Limits;
import dev.rookery.Payload;
import dev.rookery.RookeryException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Reads CloudEvents in JSON. The data is cut out of the text byte by byte as it stands there; it is
 * walked over to see that it is strict JSON, and never decoded.
 */
public final class CloudEventReader {
  private final byte[] text;
  private final Limits limits;
  private final EventFields fields = new EventFields();
  private int dataBegin = -1;
  private int dataEnd;
  private boolean dataIsString;
  private @Nullable String base64;

  private CloudEventReader(byte[] text, Limits limits) {
    this.text = text;
    this.limits = limits;
  }

  /**
   * Reads one event that somebody publishes.
   *
   * @throws InvalidInput when the text is not strict JSON
   * @throws dev.rookery.PublishRejected when the event is not well-formed or too large
   */
  public static Draft draft(byte[] text, Limits limits) {
    return StrictJson.read(text, parser -> draft(parser, text, limits));
  }

  /** Reads the event at which the parser stands. */
  static Draft draft(JsonParser parser, byte[] text, Limits limits) {
    CloudEventReader reader = new CloudEventReader(text, limits);
    reader.object(parser);
    return reader.fields.toDraft(limits);
  }

  /** Reads the event at which the parser stands, as the bus stored it. */
  static Event event(JsonParser parser, byte[] text) {
    CloudEventReader reader = new CloudEventReader(text, AttributeRules.FORM_ONLY);
    reader.object(parser);
    return reader.fields.toEvent();
  }

  /** Reads one event as the bus stored it. */
  public static Event event(byte[] text) {
    return StrictJson.read(text, parser -> event(parser, text));
  }

  /**
   * Reads the events of a batch.
   *
   * @throws InvalidBatch naming the first event that is not well-formed
   */
  public static List<Draft> batch(byte[] text, Limits limits) {
    List<Draft> drafts = new ArrayList<>();
    try {
      return StrictJson.read(
          text,
          parser -> {
            if (parser.currentToken() != JsonToken.START_ARRAY) {
              throw new InvalidInput("a batch is a JSON array of events; send [..]");
            }
            while (parser.nextToken() != JsonToken.END_ARRAY) {
              if (drafts.size() == limits.batchEvents()) {
                throw new InvalidInput(
                    "the batch has more than "
                        + limits.batchEvents()
                        + " events; send several batches");
              }
              drafts.add(item(parser, text, limits, drafts.size()));
            }
            return drafts;
          });
    } catch (InvalidInput e) {
      throw e.getCause() instanceof JacksonException ? new InvalidBatch(drafts.size(), e) : e;
    }
  }

  private static Draft item(JsonParser parser, byte[] text, Limits limits, int index) {
    try {
      return draft(parser, text, limits);
    } catch (RookeryException e) {
      throw new InvalidBatch(index, e);
    }
  }

  private void object(JsonParser parser) {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw new InvalidEvent("an event is a JSON object; send {..}");
    }
    int attributeBytes = 0;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      JsonToken token = parser.nextToken();
      if (name.equals("data")) {
        data(parser, token);
      } else if (token != JsonToken.VALUE_NULL) {
        String value = scalar(parser, name, token);
        if (name.equals("data_base64")) {
          base64 = value;
        } else {
          attributeBytes += name.length() + value.length();
          fields.set(name, value);
        }
      }
      if (attributeBytes > limits.eventBytes()) {
        throw StrictJson.tooLarge(limits.eventBytes());
      }
    }
    finish();
  }

  private static String scalar(JsonParser parser, String name, JsonToken token) {
    return switch (token) {
      case VALUE_STRING -> parser.getString();
      case VALUE_TRUE, VALUE_FALSE -> token.asString();
      case VALUE_NUMBER_INT -> {
        if (parser.getStringLength() > 11 || parser.getLongValue() != (int) parser.getLongValue()) {
          throw AttributeRules.wrong(name, "is beyond 32 bits", "send large numbers as strings");
        }
        yield parser.getString();
      }
      default ->
          throw AttributeRules.wrong(
              InvalidInput.shown(name),
              "is neither a string nor a whole number nor a boolean",
              "put structured values into data");
    };
  }

  private void data(JsonParser parser, JsonToken token) {
    dataIsString = token == JsonToken.VALUE_STRING;
    dataBegin = (int) parser.currentTokenLocation().getByteOffset();
    dataEnd = StrictJson.skip(parser, limits.depth(), limits.eventBytes());
    if (dataEnd - dataBegin > limits.eventBytes()) {
      throw StrictJson.tooLarge(limits.eventBytes());
    }
  }

  private void finish() {
    if (base64 != null) {
      if (dataBegin >= 0) {
        throw new InvalidEvent("the event has both data and data_base64; send one of them");
      }
      fields.data = Payload.wrap(fields.contentType, decoded(base64));
      if (fields.data.isJson()) {
        StrictJson.checkData(fields.data.bytes(), limits.depth());
      }
    } else if (dataBegin >= 0) {
      byte[] slice = Arrays.copyOfRange(text, dataBegin, dataEnd);
      Payload data = Payload.wrap(fields.contentType, slice);
      fields.data = dataIsString && !data.isJson() ? unquoted(slice) : data;
    } else if (!fields.contentType.equals(Payload.JSON)) {
      fields.data = Payload.wrap(fields.contentType, new byte[0]);
      if (fields.data.isJson()) {
        fields.data = new Payload(fields.contentType, Payload.EMPTY.bytes());
      }
    }
  }

  /** A JSON string that stands for text of another media type. */
  private Payload unquoted(byte[] slice) {
    String text = StrictJson.read(slice, JsonParser::getString);
    return Payload.wrap(fields.contentType, text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  private static byte[] decoded(String base64) {
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new InvalidEvent("data_base64 is not Base64; encode the bytes by RFC 4648", e);
    }
  }
}
