package dev.rookery.engine;

import dev.rookery.BusConfig;
import dev.rookery.Draft;
import dev.rookery.Event;
import dev.rookery.EventTooLarge;
import dev.rookery.EventTypeInfo;
import dev.rookery.InvalidEvent;
import dev.rookery.InvalidInput;
import dev.rookery.Limits;
import dev.rookery.Payload;
import dev.rookery.audit.Fact;
import dev.rookery.spi.Schemas;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.function.Function;

/**
 * Decides whether a draft may become an event: form, limits, strict JSON, schema. The same verdict
 * for every backend.
 */
final class DraftCheck {
  private static final int ATTRIBUTES = 32;
  private static final int ATTRIBUTE_NAME = 20;
  private static final int ATTRIBUTE_BYTES = 1_024;
  private static final System.Logger LOG = System.getLogger(DraftCheck.class.getName());

  private final Limits limits;
  private final BusConfig config;
  private final StrictJson json;
  private final Map<String, Function<Payload, List<String>>> schemas = new HashMap<>();

  DraftCheck(BusConfig config) {
    this.config = config;
    this.limits = config.limits();
    this.json = new StrictJson(limits.depth(), limits.eventBytes());
    for (EventTypeInfo info : config.catalogue().types()) {
      if (info.schema().isPresent() && info.validation() != EventTypeInfo.Validation.OFF) {
        schemas.put(info.type(), schemaReader().compile(info.schema().get()));
      }
    }
  }

  private static Schemas schemaReader() {
    return ServiceLoader.load(Schemas.class)
        .findFirst()
        .orElseThrow(() ->
            new InvalidInput(
                "schemas need the module rookery-schemas on the class path; add it, or set"
                    + " validation to off"));
  }

  /**
   * Looks at the whole draft.
   *
   * @param bytes its data
   * @throws dev.rookery.PublishRejected saying what is wrong with it
   */
  void check(Draft draft, byte[] bytes) {
    type(draft.type());
    draft.id().ifPresent(id -> text("id", id, limits.idBytes()));
    draft
        .correlation()
        .ifPresent(correlation -> text("correlation", correlation, limits.idBytes()));
    draft.causation().ifPresent(causation -> text("causation", causation, limits.idBytes()));
    draft.source().ifPresent(source -> text("source", source, limits.keyBytes()));
    draft.key().ifPresent(key -> text("key", key, limits.keyBytes()));
    if (draft.version().filter(version -> version < 1).isPresent()) {
      throw new InvalidEvent("the version " + draft.version().get() + " is not positive");
    }
    data(draft.data(), bytes, attributes(draft.attributes()));
    schema(draft);
  }

  private void type(String type) {
    if (type.startsWith(Fact.TYPES)) {
      throw new InvalidEvent(
          "what is called " + Fact.TYPES + "* is the audit's own: name it otherwise");
    }
    if (type.length() > limits.typeBytes()) {
      throw new EventTooLarge(
          "the type has "
              + type.length()
              + " characters; at most "
              + limits.typeBytes()
              + " are taken");
    }
    boolean token = false;
    for (int i = 0; i < type.length(); i++) {
      char c = type.charAt(i);
      boolean letter =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || c == '_'
              || c == '-';
      if (!letter && !(c == '.' && token)) {
        throw invalidType(type);
      }
      token = letter;
    }
    if (!token) {
      throw invalidType(type);
    }
  }

  private static InvalidEvent invalidType(String type) {
    return new InvalidEvent(
        "'"
            + InvalidInput.shown(type)
            + "' is no type; tokens of A-Za-z0-9_- joined by dots, such as user.message.received");
  }

  private static void text(String what, String text, int bytes) {
    if (text.isEmpty()) {
      throw new InvalidEvent("the " + what + " is empty; leave it out or give one");
    }
    if (text.length() > bytes
        || (text.length() * 3 > bytes && text.getBytes(StandardCharsets.UTF_8).length > bytes)) {
      throw new EventTooLarge("the " + what + " has more than " + bytes + " bytes");
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isISOControl(c)) {
        throw new InvalidEvent("the " + what + " holds a control character");
      }
      if (Character.isSurrogate(c)) {
        boolean pair =
            Character.isHighSurrogate(c)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!pair) {
          throw new InvalidEvent("the " + what + " holds half a surrogate pair");
        }
        i++;
      }
    }
  }

  private static int attributes(Map<String, String> attributes) {
    if (attributes.size() > ATTRIBUTES) {
      throw new EventTooLarge(
          "the event has "
              + attributes.size()
              + " further attributes; at most "
              + ATTRIBUTES
              + " are taken");
    }
    int bytes = 0;
    for (Map.Entry<String, String> attribute : attributes.entrySet()) {
      String name = attribute.getKey();
      boolean wellFormed =
          !name.isEmpty()
              && name.length() <= ATTRIBUTE_NAME
              && name.chars().allMatch(c -> (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'));
      if (!wellFormed) {
        throw new InvalidEvent(
            "'"
                + InvalidInput.shown(name)
                + "' is no name for an attribute; up to "
                + ATTRIBUTE_NAME
                + " of a-z0-9");
      }
      text("attribute " + name, attribute.getValue(), ATTRIBUTE_BYTES);
      bytes += name.length() + attribute.getValue().length();
    }
    if (attributes.containsKey(Event.ERASED)) {
      throw new InvalidEvent("the attribute 'erased' is set by 'rookery erase' alone");
    }
    if (attributes.containsKey(Event.EXPIRY_TIME)) {
      instant(attributes.get(Event.EXPIRY_TIME));
    }
    return bytes;
  }

  private static void instant(String text) {
    try {
      Instant.parse(text);
    } catch (java.time.format.DateTimeParseException e) {
      throw new InvalidEvent(
          "expirytime '" + InvalidInput.shown(text) + "' is no time like 2026-01-31T12:00:00Z", e);
    }
  }

  private void data(Payload data, byte[] bytes, int attributeBytes) {
    if (data.sizeBytes() + attributeBytes > limits.eventBytes()) {
      throw new EventTooLarge(
          "the event has "
              + (data.sizeBytes() + attributeBytes)
              + " bytes; at most "
              + limits.eventBytes()
              + " are taken");
    }
    text("content type", data.contentType(), limits.keyBytes());
    if (data.isJson()) {
      json.check(bytes);
    }
  }

  private void schema(Draft draft) {
    if (schemas.isEmpty()) {
      return;
    }
    EventTypeInfo info = config.catalogue().find(draft.type()).orElse(null);
    Function<Payload, List<String>> schema = info == null ? null : schemas.get(info.type());
    if (info == null
        || schema == null
        || draft.version().orElse(info.version()) != info.version()) {
      return;
    }
    List<String> problems = schema.apply(draft.data());
    if (problems.isEmpty()) {
      return;
    }
    String message =
        "the data of " + draft.type() + " does not fit its schema: " + String.join("; ", problems);
    if (info.validation() == EventTypeInfo.Validation.ENFORCE) {
      throw new InvalidEvent(message);
    }
    LOG.log(System.Logger.Level.WARNING, message);
  }
}
