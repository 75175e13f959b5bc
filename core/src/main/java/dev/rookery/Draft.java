package dev.rookery;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a publisher knows of an event; the bus stamps the rest.
 *
 * @param source empty: the bus' own source, which its address or configuration names
 */
public record Draft(
    Optional<String> id,
    String type,
    Optional<String> source,
    Optional<String> key,
    Optional<Instant> time,
    Optional<String> correlation,
    Optional<String> causation,
    Optional<Integer> version,
    Payload data,
    Map<String, String> attributes) {

  public Draft {
    attributes = Map.copyOf(attributes);
  }

  public static Draft of(String type) {
    return of(type, Payload.EMPTY);
  }

  public static Draft of(String type, Payload data) {
    return new Draft(
        Optional.empty(),
        type,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        data,
        Map.of());
  }

  /** A draft whose data is JSON text. */
  public static Draft of(String type, String json) {
    return of(type, Payload.json(json));
  }

  /**
   * A draft of a record that carries {@link EventType}.
   *
   * @throws InvalidInput when the record's class does not
   */
  public static Draft of(Object value) {
    EventType type = typeOf(value.getClass());
    return of(type.value(), Payload.of(value)).version(type.version());
  }

  static EventType typeOf(Class<?> recordClass) {
    EventType type = recordClass.getAnnotation(EventType.class);
    if (type == null) {
      throw new InvalidInput(
          recordClass.getName() + " has no @EventType; add one, or name the type");
    }
    return type;
  }

  public Draft id(String newId) {
    return new Draft(
        Optional.of(newId),
        type,
        source,
        key,
        time,
        correlation,
        causation,
        version,
        data,
        attributes);
  }

  public Draft source(String newSource) {
    return new Draft(
        id,
        type,
        Optional.of(newSource),
        key,
        time,
        correlation,
        causation,
        version,
        data,
        attributes);
  }

  public Draft key(String newKey) {
    return new Draft(
        id,
        type,
        source,
        Optional.of(newKey),
        time,
        correlation,
        causation,
        version,
        data,
        attributes);
  }

  public Draft time(Instant newTime) {
    return new Draft(
        id,
        type,
        source,
        key,
        Optional.of(newTime),
        correlation,
        causation,
        version,
        data,
        attributes);
  }

  public Draft correlation(String newCorrelation) {
    return new Draft(
        id,
        type,
        source,
        key,
        time,
        Optional.of(newCorrelation),
        causation,
        version,
        data,
        attributes);
  }

  public Draft causation(String newCausation) {
    return new Draft(
        id,
        type,
        source,
        key,
        time,
        correlation,
        Optional.of(newCausation),
        version,
        data,
        attributes);
  }

  public Draft version(int newVersion) {
    return new Draft(
        id,
        type,
        source,
        key,
        time,
        correlation,
        causation,
        Optional.of(newVersion),
        data,
        attributes);
  }

  public Draft attribute(String name, String value) {
    Map<String, String> more = new HashMap<>(attributes);
    more.put(name, value);
    return new Draft(id, type, source, key, time, correlation, causation, version, data, more);
  }

  /** After this instant the event is settled without being handled. */
  public Draft expires(Instant instant) {
    return attribute(Event.EXPIRY_TIME, instant.toString());
  }

  /**
   * Says that the event was caused by another, for threads that a handler started and that have no
   * scope of their own.
   */
  public Draft causedBy(Event cause) {
    return correlation(cause.correlation())
        .causation(cause.id())
        .attribute(Event.HOPS, Integer.toString(cause.hops() + 1));
  }
}
