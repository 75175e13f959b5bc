package dev.rookery.testkit;

import dev.rookery.Event;
import dev.rookery.InvalidInput;
import dev.rookery.Json;
import dev.rookery.Payload;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * An event as one line: a CloudEvent in JSON, with the names that the server uses too. JSON data
 * stands there byte by byte as it was; other data, and JSON over several lines, in Base64.
 */
final class EventLine {
  private static final String DATA = "data";
  private static final String BASE64 = "data_base64";

  private final byte[] line;
  private final Map<String, String> fields = new HashMap<>();
  private byte @Nullable [] data;

  private EventLine(byte[] line) {
    this.line = line;
  }

  static String write(Event event) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = Json.MAPPER.createGenerator(text)) {
      out.writeStartObject();
      out.writeStringProperty("specversion", "1.0");
      out.writeStringProperty("id", event.id());
      out.writeStringProperty("source", event.source());
      out.writeStringProperty("type", event.type());
      out.writeStringProperty("time", event.time().toString());
      out.writeStringProperty("partitionkey", event.key());
      out.writeStringProperty("correlationid", event.correlation());
      event.causation().ifPresent(id -> out.writeStringProperty("causationid", id));
      out.writeNumberProperty("dataversion", event.version());
      new TreeMap<>(event.attributes()).forEach(out::writeStringProperty);
      out.writeStringProperty("datacontenttype", event.data().contentType());
      write(out, event.data());
      out.writeEndObject();
    }
    return text.toString();
  }

  private static void write(JsonGenerator out, Payload payload) {
    String text = payload.text();
    boolean fits =
        payload.isJson()
            && text.equals(text.strip())
            && text.indexOf('\n') < 0
            && text.indexOf('\r') < 0
            && Arrays.equals(text.getBytes(StandardCharsets.UTF_8), payload.toArray());
    if (fits) {
      out.writeName(DATA);
      out.writeRawValue(text);
    } else {
      out.writeStringProperty(BASE64, Base64.getEncoder().encodeToString(payload.toArray()));
    }
  }

  /**
   * Reads an event.
   *
   * @throws InvalidInput when the line is none
   */
  static Event read(String text) {
    EventLine line = new EventLine(text.getBytes(StandardCharsets.UTF_8));
    try {
      line.read();
      return line.event();
    } catch (JacksonException e) {
      throw new InvalidInput("this is not JSON: " + e.getOriginalMessage(), e);
    } catch (DateTimeException | IllegalArgumentException e) {
      throw new InvalidInput("this is no event: " + e.getMessage(), e);
    }
  }

  private void read() {
    try (JsonParser parser = Json.MAPPER.createParser(line)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new InvalidInput("an event is a JSON object");
      }
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = parser.currentName();
        JsonToken token = parser.nextToken();
        if (name.equals(DATA)) {
          data = slice(parser, token);
        } else if (name.equals(BASE64)) {
          data = Base64.getDecoder().decode(parser.getString());
        } else if (token != JsonToken.VALUE_NULL) {
          fields.put(name, parser.getString());
        }
      }
    }
  }

  private byte[] slice(JsonParser parser, JsonToken token) {
    int begin = (int) parser.currentTokenLocation().getByteOffset();
    parser.skipChildren();
    if (token == JsonToken.VALUE_STRING) {
      parser.getString();
    }
    return Arrays.copyOfRange(line, begin, (int) parser.currentLocation().getByteOffset());
  }

  private Event event() {
    if (!take("specversion").equals("1.0")) {
      throw new InvalidInput("the event is of another specversion than 1.0");
    }
    String contentType = Optional.ofNullable(fields.remove("datacontenttype")).orElse(Payload.JSON);
    String id = take("id");
    return new Event(
        id,
        take("type"),
        take("source"),
        take("partitionkey"),
        Instant.parse(take("time")),
        Optional.ofNullable(fields.remove("correlationid")).orElse(id),
        Optional.ofNullable(fields.remove("causationid")),
        Optional.ofNullable(fields.remove("dataversion")).map(Integer::valueOf).orElse(1),
        data == null
            ? new Payload(contentType, Payload.EMPTY.bytes())
            : Payload.wrap(contentType, data),
        fields);
  }

  private String take(String name) {
    String value = fields.remove(name);
    if (value == null) {
      throw new InvalidInput("the event has no " + name);
    }
    return value;
  }
}
