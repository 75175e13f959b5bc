package dev.rookery.client.wire;

import dev.rookery.Draft;
import dev.rookery.Event;
import dev.rookery.InvalidEvent;
import dev.rookery.Limits;
import dev.rookery.Payload;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The attributes of one event while they come in, in any order. */
final class EventFields {
  @Nullable String specversion;
  @Nullable String id;
  @Nullable String type;
  @Nullable String source;
  @Nullable String key;
  @Nullable Instant time;
  @Nullable String correlation;
  @Nullable String causation;
  int version;
  String contentType = Payload.JSON;
  Payload data = Payload.EMPTY;
  private Map<String, String> attributes = Map.of();

  /** Takes an attribute by its CloudEvents name. */
  void set(String name, String value) {
    switch (name) {
      case "specversion" -> specversion = value;
      case "id" -> id = value;
      case "type" -> type = value;
      case "source" -> source = value;
      case "partitionkey" -> key = value;
      case "time" -> time = AttributeRules.instant("time", value);
      case "correlationid" -> correlation = value;
      case "causationid" -> causation = value;
      case "dataversion" -> version = version(value);
      case "datacontenttype" -> contentType = value;
      default -> {
        AttributeRules.extensionName(name);
        if (attributes.isEmpty()) {
          attributes = new HashMap<>();
        }
        attributes.put(name, value);
      }
    }
  }

  private static int version(String value) {
    int number = AttributeRules.count(value);
    if (number < 0) {
      throw AttributeRules.wrong("dataversion", "is no whole number", "count versions from 1");
    }
    if (number < 1) {
      throw AttributeRules.wrong("dataversion", "is below 1", "count versions from 1");
    }
    return number;
  }

  Draft toDraft(Limits limits) {
    if (specversion != null && !specversion.equals("1.0")) {
      throw AttributeRules.wrong("specversion", "is not 1.0", "send CloudEvents 1.0");
    }
    required("specversion", specversion);
    Draft draft =
        new Draft(
            Optional.of(required("id", id)),
            required("type", type),
            Optional.of(required("source", source)),
            Optional.ofNullable(key),
            Optional.ofNullable(time),
            Optional.ofNullable(correlation),
            Optional.ofNullable(causation),
            version == 0 ? Optional.empty() : Optional.of(version),
            data,
            attributes);
    AttributeRules.check(draft, limits);
    return draft;
  }

  /** The event as a server sends it: what the bus stamps must be there. */
  Event toEvent() {
    return new Event(
        required("id", id),
        required("type", type),
        required("source", source),
        required("partitionkey", key),
        required("time", time),
        required("correlationid", correlation),
        Optional.ofNullable(causation),
        Math.max(1, version),
        data,
        attributes);
  }

  private static <T> T required(String name, @Nullable T value) {
    if (value == null) {
      throw new InvalidEvent("the attribute " + name + " is missing; CloudEvents needs it");
    }
    return value;
  }
}
