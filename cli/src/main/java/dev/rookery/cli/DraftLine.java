package dev.rookery.cli;

import dev.rookery.Draft;
import dev.rookery.InvalidInput;
import dev.rookery.Json;
import dev.rookery.Payload;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** A line of JSON as a draft: CloudEvents' JSON form, of which only the type must be there. */
final class DraftLine {
  private DraftLine() {}

  /**
   * Reads one line.
   *
   * @throws InvalidInput when it is no event
   */
  static Draft parse(String line) {
    JsonNode node;
    try {
      node = Json.MAPPER.readTree(line);
    } catch (JacksonException e) {
      throw new InvalidInput("not JSON: " + e.getOriginalMessage(), e);
    }
    if (!node.isObject() || !node.path("type").isString()) {
      throw new InvalidInput("an event is an object with a 'type'");
    }
    Draft draft = Draft.of(node.get("type").stringValue(), payload(node));
    for (Map.Entry<String, JsonNode> field : node.properties()) {
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

  private static Payload payload(JsonNode node) {
    String type = node.path("datacontenttype").asString(Payload.JSON);
    if (node.has("data_base64")) {
      try {
        return Payload.wrap(type, Base64.getDecoder().decode(node.get("data_base64").asString()));
      } catch (IllegalArgumentException e) {
        throw new InvalidInput("'data_base64' is not Base64", e);
      }
    }
    JsonNode data = node.get("data");
    if (data == null) {
      return Payload.EMPTY;
    }
    Payload json = Payload.of(data);
    return json.contentType().equals(type) ? json : Payload.wrap(type, json.toArray());
  }
}
