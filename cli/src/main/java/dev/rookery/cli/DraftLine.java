package dev.rookery.cli;

import dev.rookery.Draft;
import dev.rookery.InvalidInput;
import dev.rookery.Json;
import dev.rookery.Payload;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;

/** A line of JSON as a draft: CloudEvents' JSON form, of which only the type must be there. */
final class DraftLine {
  private DraftLine() {}

  /**
   * Reads one line. The data goes on byte by byte as it stands there.
   *
   * @throws InvalidInput when it is no event
   */
  static Draft parse(String line) {
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
    try (JsonParser parser = Json.MAPPER.createParser(bytes)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new InvalidInput("an event is an object with a 'type'");
      }
      Optional<Payload> data = Optional.empty();
      Map<String, JsonNode> attributes = new LinkedHashMap<>();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        parser.nextToken();
        if (name.equals("data")) {
          data = Optional.of(slice(parser, bytes));
        } else {
          attributes.put(name, parser.readValueAsTree());
        }
      }
      if (parser.nextToken() != null) {
        throw new InvalidInput("more than one object stands in the line");
      }
      return draft(attributes, data);
    } catch (JacksonException e) {
      throw new InvalidInput("not JSON: " + InvalidInput.shown(e), e);
    }
  }

  private static Payload slice(JsonParser parser, byte[] bytes) {
    int begin = (int) parser.currentTokenLocation().getByteOffset();
    parser.skipChildren();
    parser.finishToken();
    int end = (int) parser.currentLocation().getByteOffset();
    return Payload.wrap(Payload.JSON, Arrays.copyOfRange(bytes, begin, end));
  }

  private static Draft draft(Map<String, JsonNode> attributes, Optional<Payload> data) {
    JsonNode type = attributes.get("type");
    if (type == null || !type.isString()) {
      throw new InvalidInput("an event is an object with a 'type'");
    }
    Draft draft = Draft.of(type.stringValue(), payload(attributes, data));
    for (Map.Entry<String, JsonNode> field : attributes.entrySet()) {
      if (!field.getValue().isNull()) {
        draft = with(draft, field.getKey(), field.getValue());
      }
    }
    return draft;
  }

  private static Draft with(Draft draft, String name, JsonNode value) {
    return switch (name) {
      case "specversion", "type", "data", "data_base64", "datacontenttype" -> draft;
      case "id" -> draft.id(text(name, value));
      case "source" -> draft.source(text(name, value));
      case "key", "partitionkey" -> draft.key(text(name, value));
      case "time" -> draft.time(time(text(name, value)));
      case "correlation", "correlationid" -> draft.correlation(text(name, value));
      case "causation", "causationid" -> draft.causation(text(name, value));
      case "version", "dataversion" -> draft.version(version(value));
      default -> draft.attribute(attribute(name), text(name, value));
    };
  }

  private static String attribute(String name) {
    if (!name.matches("[a-z0-9]{1,20}")) {
      throw new InvalidInput(
          "'" + InvalidInput.shown(name) + "' is no attribute; names are of a-z0-9, 20 at most");
    }
    return name;
  }

  private static String text(String name, JsonNode value) {
    if (value.isObject() || value.isArray()) {
      throw new InvalidInput("'" + name + "' must be text");
    }
    return value.asString();
  }

  private static int version(JsonNode value) {
    String text = value.asString();
    if (!text.matches("[0-9]{1,9}")) {
      throw new InvalidInput("'" + InvalidInput.shown(text) + "' is no version");
    }
    return Integer.parseInt(text);
  }

  private static Instant time(String text) {
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeParseException e) {
      throw new InvalidInput(
          "the time '" + InvalidInput.shown(text) + "' is not like 2026-01-31T12:00:00Z", e);
    }
  }

  private static Payload payload(Map<String, JsonNode> attributes, Optional<Payload> data) {
    JsonNode named = attributes.get("datacontenttype");
    String type = named == null ? Payload.JSON : text("datacontenttype", named);
    JsonNode base64 = attributes.get("data_base64");
    if (base64 != null) {
      try {
        return Payload.wrap(type, Base64.getDecoder().decode(text("data_base64", base64)));
      } catch (IllegalArgumentException e) {
        throw new InvalidInput("'data_base64' is not Base64", e);
      }
    }
    return data.map(bytes -> new Payload(type, bytes.bytes())).orElse(Payload.EMPTY);
  }
}
