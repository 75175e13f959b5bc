package dev.rookery.redis;

import dev.rookery.Catalogue;
import dev.rookery.Event;
import dev.rookery.EventTypeInfo;
import dev.rookery.Json;
import dev.rookery.Limits;
import dev.rookery.Payload;
import dev.rookery.Position;
import dev.rookery.spi.Entry;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * An event as the fields of an entry: eight that everybody writes, and ours where they say more
 * than their absence does.
 *
 * <p>Other programs write here too. What they write is an event if it has an id, a type, a source
 * and data that are what they say; anything else is given on raw, with what is wrong with it.
 */
final class EventFields {
  /** Attributes with fields of their own; those of others have a prefix. */
  private static final Set<String> PLAIN =
      Set.of(Event.HOPS, Event.EXPIRY_TIME, Event.TRACE_PARENT);

  private static final byte[] ID = {'i', 'd'};

  /** The first fields as we write them. */
  private static final List<String> OUR_NAMES =
      List.of(
          "id",
          "type",
          "source",
          "data",
          "correlation_id",
          "causation_id",
          "timestamp",
          "version",
          "key");

  private static final List<byte[]> OUR_NAMES_BYTES =
      OUR_NAMES.stream().map(name -> name.getBytes(StandardCharsets.UTF_8)).toList();

  private static final String PREFIX = "ce_";
  private static final String CONTENT_TYPE = "content_type";

  /** As we write it, until the year 2286: ten digits, a point, six digits. */
  private static final int OUR_SECONDS = 17;

  private static final Pattern SECONDS =
      Pattern.compile("-?[0-9]{1,12}(\\.[0-9]{1,30})?([eE][+-]?[0-9]{1,2})?");
  private static final BigDecimal LAST_SECOND = BigDecimal.valueOf(Instant.MAX.getEpochSecond());

  private final Catalogue catalogue;
  private final Limits limits;

  EventFields(Catalogue catalogue, Limits limits) {
    this.catalogue = catalogue;
    this.limits = limits;
  }

  /** Names and values, texts and the bytes of the data. */
  List<Object> encode(Event event) {
    List<Object> fields = new ArrayList<>(24);
    put(fields, "id", event.id());
    put(fields, "type", event.type());
    put(fields, "source", event.source());
    put(fields, "data", event.data().toArray());
    put(fields, "correlation_id", event.correlation());
    put(fields, "causation_id", event.causation().orElse(""));
    put(fields, "timestamp", seconds(event.time()));
    put(fields, "version", Integer.toString(event.version()));
    if (!event.key().equals(event.source()) || keyPointer(event.type()).isPresent()) {
      put(fields, "key", event.key());
    }
    if (!event.data().contentType().equals(Payload.JSON)) {
      put(fields, CONTENT_TYPE, event.data().contentType());
    }
    event
        .attributes()
        .forEach((name, value) -> put(fields, PLAIN.contains(name) ? name : PREFIX + name, value));
    return fields;
  }

  private static void put(List<Object> fields, String name, Object value) {
    fields.add(name);
    fields.add(value);
  }

  /** Decimal seconds with six decimals, nine where there is more to say. */
  static String seconds(Instant time) {
    if (time.getEpochSecond() < 0) {
      return BigDecimal.valueOf(time.getEpochSecond())
          .add(BigDecimal.valueOf(time.getNano(), 9))
          .toPlainString();
    }
    int nanos = time.getNano();
    boolean micros = nanos % 1000 == 0;
    String decimals = Long.toString(micros ? 1_000_000 + nanos / 1000 : 1_000_000_000L + nanos);
    return time.getEpochSecond() + "." + decimals.substring(1);
  }

  /** Whether an entry has an id, told without decoding it. */
  static boolean hasId(Reply entry, byte[] id) {
    List<Reply> fields = entry.list().get(1).list();
    for (int i = 0; i + 1 < fields.size(); i += 2) {
      if (Arrays.equals(fields.get(i).bytes(), ID)) {
        return Arrays.equals(fields.get(i + 1).bytes(), id);
      }
    }
    return false;
  }

  /** Decodes an entry, whoever wrote it. */
  Entry decode(Reply entry) {
    List<Reply> parts = entry.list();
    Position position = Ids.position(parts.get(0).bytes());
    List<Reply> fields = parts.get(1).list();
    try {
      return new Entry.Stored(position, event(position, fields));
    } catch (IllegalArgumentException e) {
      return new Entry.Broken(position, raw(fields), String.valueOf(e.getMessage()));
    }
  }

  private Event event(Position position, List<Reply> fields) {
    Map<String, String> texts = HashMap.newHashMap(16);
    Map<String, String> attributes = Map.of();
    byte @Nullable [] data = null;
    for (int i = 0; i + 1 < fields.size(); i += 2) {
      String name = name(fields.get(i).bytes(), i / 2);
      byte[] value = fields.get(i + 1).bytes();
      if (name.equals("data")) {
        data = value;
      } else if (name.startsWith(PREFIX) || PLAIN.contains(name)) {
        attributes = attributes.isEmpty() ? new HashMap<>() : attributes;
        attributes.put(
            name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name, utf8(name, value));
      } else {
        texts.put(name, utf8(name, value));
      }
    }
    if (data == null) {
      throw new IllegalArgumentException("it has no field 'data'");
    }
    String id = required(texts, "id");
    String type = required(texts, "type");
    String source = required(texts, "source");
    Payload payload = payload(texts.getOrDefault(CONTENT_TYPE, Payload.JSON), data);
    String key = texts.get("key");
    return new Event(
        id,
        type,
        source,
        key == null ? key(type, source, payload) : key,
        time(texts.get("timestamp"), position),
        given(texts, "correlation_id").orElse(id),
        given(texts, "causation_id"),
        version(given(texts, "version").orElse("1")),
        payload,
        attributes);
  }

  /** A field's name, without making one where it stands where we would have put it. */
  private static String name(byte[] bytes, int index) {
    return index < OUR_NAMES.size() && Arrays.equals(bytes, OUR_NAMES_BYTES.get(index))
        ? OUR_NAMES.get(index)
        : new String(bytes, StandardCharsets.UTF_8);
  }

  private Optional<String> keyPointer(String type) {
    return catalogue.find(type).flatMap(EventTypeInfo::keyPointer);
  }

  /** The key of an event whose publisher knows of none, as if it had been published by us. */
  private String key(String type, String source, Payload data) {
    return keyPointer(type)
        .filter(pointer -> data.isJson())
        .map(pointer -> data.tree().at(pointer))
        .filter(value -> value.isValueNode() && !value.isNull())
        .map(JsonNode::asString)
        .filter(key -> !key.isEmpty())
        .filter(key -> key.getBytes(StandardCharsets.UTF_8).length <= limits.keyBytes())
        .orElse(source);
  }

  private static String required(Map<String, String> texts, String name) {
    return given(texts, name)
        .orElseThrow(() -> new IllegalArgumentException("it has no field '" + name + "'"));
  }

  private static Optional<String> given(Map<String, String> texts, String name) {
    return Optional.ofNullable(texts.get(name)).filter(text -> !text.isEmpty());
  }

  private static int version(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("its version is no number", e);
    }
  }

  /** Who gives no time means the one at which it was taken. */
  private static Instant time(@Nullable String text, Position position) {
    if (text == null || text.isEmpty()) {
      return Ids.time(position);
    }
    if (text.length() == OUR_SECONDS && text.charAt(10) == '.') {
      long whole = digits(text, 0, 10);
      long micros = digits(text, 11, OUR_SECONDS);
      if (whole >= 0 && micros >= 0) {
        return Instant.ofEpochSecond(whole, micros * 1_000);
      }
    }
    if (!SECONDS.matcher(text).matches()) {
      throw new IllegalArgumentException("its timestamp is no decimal number of seconds");
    }
    BigDecimal seconds = new BigDecimal(text);
    if (seconds.abs().compareTo(LAST_SECOND) > 0) {
      throw new IllegalArgumentException("its timestamp is out of range");
    }
    long whole = seconds.setScale(0, java.math.RoundingMode.FLOOR).longValueExact();
    BigDecimal rest = seconds.subtract(BigDecimal.valueOf(whole));
    return Instant.ofEpochSecond(whole, rest.movePointRight(9).longValue());
  }

  /** The number that digits make; negative where there are others. */
  private static long digits(String text, int from, int to) {
    long number = 0;
    for (int i = from; i < to; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      number = number * 10 + digit;
    }
    return number;
  }

  private static Payload payload(String contentType, byte[] data) {
    Payload payload = Payload.wrap(contentType, data);
    if (payload.isJson()) {
      requireJson(data);
    }
    return payload;
  }

  private static void requireJson(byte[] data) {
    try (JsonParser parser = Json.MAPPER.createParser(data)) {
      if (parser.nextToken() == null) {
        throw new IllegalArgumentException("its data is not JSON: it is empty");
      }
      parser.skipChildren();
      if (parser.nextToken() != null) {
        throw new IllegalArgumentException("its data is not JSON: something follows it");
      }
    } catch (JacksonException e) {
      throw new IllegalArgumentException(
          "its data is not JSON: " + dev.rookery.InvalidInput.shown(e), e);
    }
  }

  private static String utf8(String name, byte[] value) {
    String text = new String(value, StandardCharsets.UTF_8);
    if (text.indexOf('\ufffd') >= 0 && strict(value).isEmpty()) {
      throw new IllegalArgumentException("its field '" + name + "' is not UTF-8");
    }
    return text;
  }

  private static Optional<String> strict(byte[] value) {
    try {
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  /** All fields as JSON; bytes that are no text in base 64. */
  private static Payload raw(List<Reply> fields) {
    ObjectNode all = Json.MAPPER.createObjectNode();
    for (int i = 0; i + 1 < fields.size(); i += 2) {
      byte[] value = fields.get(i + 1).bytes();
      Optional<String> text = strict(value);
      String name = fields.get(i).text();
      if (text.isPresent()) {
        all.put(name, text.get());
      } else {
        all.putObject(name).put("base64", Base64.getEncoder().encodeToString(value));
      }
    }
    return Payload.of(all);
  }
}
