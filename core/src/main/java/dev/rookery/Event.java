package dev.rookery;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A fact that has happened, as the bus keeps it.
 *
 * @param id unique together with the source; a UUIDv7 where the publisher gave none
 * @param type dotted, such as {@code user.message.received}
 * @param source the bot that said it
 * @param key events of one key keep their order; the catalogue's rule for the type, else the
 *     source, where the publisher gave none
 * @param time when it happened, by the publisher
 * @param correlation the conversation it belongs to; its own id where it began one
 * @param causation the id of the event that caused it
 * @param version of the type's data, from 1
 * @param attributes further CloudEvents attributes by their lower-case names
 */
public record Event(
    String id,
    String type,
    String source,
    String key,
    Instant time,
    String correlation,
    Optional<String> causation,
    int version,
    Payload data,
    Map<String, String> attributes) {
  /** How many events in a row caused one another up to this one. */
  public static final String HOPS = "hops";

  /** After this instant nobody wants the event any more. */
  public static final String EXPIRY_TIME = "expirytime";

  public static final String TRACE_PARENT = "traceparent";

  /** The mark of an event whose data was erased; only the bus sets it. */
  public static final String ERASED = "erased";

  public Event {
    attributes = Map.copyOf(attributes);
  }

  /** The attribute {@code hops}, 0 where it is missing or no number. */
  public int hops() {
    String hops = attributes.get(HOPS);
    if (hops == null
        || hops.isEmpty()
        || hops.length() > 9
        || !hops.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return 0;
    }
    return Integer.parseInt(hops);
  }

  /** The attribute {@code expirytime}, empty where it is missing or no instant. */
  public Optional<Instant> expiry() {
    String expiry = attributes.get(EXPIRY_TIME);
    try {
      return expiry == null ? Optional.empty() : Optional.of(Instant.parse(expiry));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  /** Decodes the data into a record. */
  public <T> T data(Class<T> type) {
    return data.as(type);
  }

  /** The event with other data of another version, as an upcaster makes it. */
  public Event withData(int newVersion, Payload newData) {
    return new Event(
        id, type, source, key, time, correlation, causation, newVersion, newData, attributes);
  }

  /**
   * What is left of the event after its erasure: where it stood and what caused it, but neither its
   * data nor what its publisher said in attributes.
   */
  public Event erased() {
    Map<String, String> left = new HashMap<>(attributes);
    left.keySet().retainAll(Set.of(HOPS));
    left.put(ERASED, "true");
    return new Event(
        id, type, source, key, time, correlation, causation, version, Payload.EMPTY, left);
  }

  public boolean isErased() {
    return attributes.containsKey(ERASED);
  }

  /** An estimate of what the event takes in memory and on the wire, in bytes. */
  public int sizeBytes() {
    int size =
        200
            + id.length()
            + type.length()
            + source.length()
            + key.length()
            + correlation.length()
            + data.sizeBytes();
    for (Map.Entry<String, String> attribute : attributes.entrySet()) {
      size += attribute.getKey().length() + attribute.getValue().length();
    }
    return size;
  }
}
