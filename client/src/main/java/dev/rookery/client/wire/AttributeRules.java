package dev.rookery.client.wire;

import dev.rookery.Draft;
import dev.rookery.Event;
import dev.rookery.EventTooLarge;
import dev.rookery.InvalidEvent;
import dev.rookery.InvalidInput;
import dev.rookery.Limits;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Set;

/** What the attributes of an event must be like to travel and to be kept. */
public final class AttributeRules {
  private static final int NAME_LENGTH = 20;
  private static final int EXTENSIONS = 32;
  private static final int EXTENSION_BYTES = 1_024;
  private static final Set<String> RESERVED =
      Set.of(
          "id",
          "source",
          "type",
          "specversion",
          "time",
          "data",
          "datacontenttype",
          "partitionkey",
          "correlationid",
          "causationid",
          "dataversion");

  /** No bounds but those that CloudEvents sets. */
  public static final Limits FORM_ONLY =
      new Limits(
          Integer.MAX_VALUE,
          Integer.MAX_VALUE,
          Integer.MAX_VALUE,
          Integer.MAX_VALUE,
          Integer.MAX_VALUE,
          Integer.MAX_VALUE,
          900,
          Integer.MAX_VALUE);

  private AttributeRules() {}

  /**
   * Checks a draft against the limits.
   *
   * @throws InvalidEvent or {@link EventTooLarge} saying which attribute and what to do
   */
  public static void check(Draft draft, Limits limits) {
    type(draft.type(), limits.typeBytes());
    draft.id().ifPresent(id -> required("id", id, limits.idBytes()));
    draft.source().ifPresent(source -> required("source", source, limits.keyBytes()));
    draft.key().ifPresent(key -> required("partitionkey", key, limits.keyBytes()));
    draft.correlation().ifPresent(id -> required("correlationid", id, limits.idBytes()));
    draft.causation().ifPresent(id -> required("causationid", id, limits.idBytes()));
    draft.version().ifPresent(AttributeRules::version);
    required("datacontenttype", draft.data().contentType(), limits.keyBytes());
    if (draft.attributes().size() > EXTENSIONS) {
      throw new EventTooLarge(
          "the event has "
              + draft.attributes().size()
              + " further attributes; at most "
              + EXTENSIONS
              + " are taken");
    }
    int size = draft.data().sizeBytes();
    for (Map.Entry<String, String> attribute : draft.attributes().entrySet()) {
      extension(attribute.getKey(), attribute.getValue());
      size += attribute.getKey().length() + bytes(attribute.getValue());
    }
    if (size > limits.eventBytes()) {
      throw StrictJson.tooLarge(limits.eventBytes());
    }
  }

  private static void extension(String name, String value) {
    extensionName(name);
    required(name, value, EXTENSION_BYTES);
    if (name.equals(Event.HOPS) && count(value) < 0) {
      throw wrong("hops", "is no count", "send a whole number from 0");
    }
    if (name.equals(Event.EXPIRY_TIME)) {
      instant(name, value);
    }
  }

  static void extensionName(String name) {
    boolean good = !name.isEmpty() && name.length() <= NAME_LENGTH && !RESERVED.contains(name);
    for (int i = 0; good && i < name.length(); i++) {
      char c = name.charAt(i);
      good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    }
    if (!good) {
      throw new InvalidEvent(
          "'"
              + InvalidInput.shown(name)
              + "' is no name for a further attribute; take up to 20 of a-z0-9, and none that"
              + " CloudEvents or Rookery uses");
    }
  }

  static Instant instant(String name, String value) {
    try {
      return Timestamps.parse(value);
    } catch (DateTimeParseException e) {
      throw wrong(name, "is no time", "send one like 2026-01-31T12:00:00Z");
    }
  }

  /** The whole number that a text of up to nine digits is, -1 for any other text. */
  static int count(String text) {
    return text.isEmpty() || text.length() > 9 ? -1 : digits(text, 0, text.length());
  }

  /** The number that up to nine digits make, -1 where there is anything else. */
  static int digits(String text, int begin, int end) {
    int number = 0;
    for (int i = begin; i < end; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      number = number * 10 + digit;
    }
    return number;
  }

  private static void version(int version) {
    if (version < 1) {
      throw wrong("dataversion", "is below 1", "count versions from 1");
    }
  }

  private static void type(String type, int maxBytes) {
    if (type.length() > maxBytes) {
      throw new EventTooLarge("the attribute type is longer than " + maxBytes + " characters");
    }
    boolean token = false;
    boolean good = true;
    for (int i = 0; good && i < type.length(); i++) {
      char c = type.charAt(i);
      if (c == '.') {
        good = token;
        token = false;
      } else {
        token =
            (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '_'
                || c == '-';
        good = token;
      }
    }
    if (!good || !token) {
      throw wrong(
          "type",
          "'" + InvalidInput.shown(type) + "' is no event type",
          "use tokens of A-Za-z0-9_- joined by dots");
    }
  }

  private static void required(String name, String value, int maxBytes) {
    if (value.isEmpty()) {
      throw wrong(name, "is empty", "give it a value or leave it out");
    }
    text(name, value, maxBytes);
  }

  private static void text(String name, String value, int maxBytes) {
    if (bytes(value) > maxBytes) {
      throw new EventTooLarge(
          "the attribute " + name + " is longer than " + maxBytes + " bytes; shorten it");
    }
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c < 0x20 || (c >= 0x7f && c < 0xa0)) {
        throw wrong(name, "holds a control character", "remove it");
      }
      if (Character.isSurrogate(c)) {
        if (!Character.isHighSurrogate(c)
            || i + 1 == value.length()
            || !Character.isLowSurrogate(value.charAt(i + 1))) {
          throw wrong(name, "holds half of a surrogate pair", "send whole characters");
        }
        i++;
      }
    }
  }

  /** The length in UTF-8. */
  static int bytes(String text) {
    int length = text.length();
    int bytes = length;
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c >= 0x80) {
        bytes += c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
      }
    }
    return bytes;
  }

  static InvalidEvent wrong(String name, String what, String next) {
    return new InvalidEvent("the attribute " + name + " " + what + "; " + next);
  }
}
