package dev.rookery.audit;

import dev.rookery.AuditKey;
import dev.rookery.Event;
import dev.rookery.Json;
import dev.rookery.Payload;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * One link of the audit's chain. Each process run writes a chain of its own: its records are
 * numbered from 1, and each holds the seal of the one before it.
 *
 * <p>It is stored as an event. All of the event's envelope follows from the sealed body, so that
 * nothing of it can be changed unseen.
 *
 * @param writer the run that wrote it
 * @param previous the seal of the record before it, empty for the first
 * @param key the id of the key that sealed it
 * @param body the text that is sealed
 */
public record AuditRecord(
    String writer,
    long number,
    String previous,
    Instant time,
    String key,
    Fact fact,
    String body,
    String seal) {
  /** The source and the key of all records: they stand in one partition, in one order. */
  public static final String SOURCE = "rookery-audit";

  /** The body as JSON has it. */
  private record Body(
      String writer,
      long number,
      String previous,
      Instant time,
      String key,
      String type,
      JsonNode fact) {}

  /** Makes a record; its time has milliseconds, as every store keeps them. */
  public static AuditRecord of(
      AuditKey key, String writer, long number, String previous, Instant now, Fact fact) {
    Instant time = Instant.ofEpochMilli(now.toEpochMilli());
    Body parts =
        new Body(
            writer, number, previous, time, key.id(), fact.name(), Json.MAPPER.valueToTree(fact));
    String body = Json.MAPPER.writeValueAsString(parts);
    return new AuditRecord(writer, number, previous, time, key.id(), fact, body, key.seal(body));
  }

  /** Reads the record of an event, whatever its envelope says; empty where it holds none. */
  public static Optional<AuditRecord> read(Event event) {
    return Sealed.read(event.data().text()).flatMap(AuditRecord::read);
  }

  private static Optional<AuditRecord> read(Sealed sealed) {
    try {
      Body parts = Json.MAPPER.readValue(sealed.body(), Body.class);
      return Fact.read(String.valueOf(parts.type()), parts.fact())
          .map(fact ->
              new AuditRecord(
                  parts.writer(),
                  parts.number(),
                  parts.previous(),
                  parts.time(),
                  parts.key(),
                  fact,
                  sealed.body(),
                  sealed.seal()));
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }

  public boolean isSealedBy(AuditKey sealing) {
    return sealing.sealed(body, seal);
  }

  /** The id of the event that is the record of a number. */
  public static String id(String writer, long number) {
    return writer + "-" + number;
  }

  /** Its event. An act's end is caused by its announcement. */
  public Event toEvent() {
    String id = id(writer, number);
    return new Event(
        id,
        Fact.TYPES + fact.name(),
        SOURCE,
        SOURCE,
        time,
        cause().orElse(fact instanceof Fact.Delivered of ? Fact.deliveriesOf(of.event()) : id),
        cause(),
        1,
        Payload.json(new Sealed(body, seal).text()),
        Map.of());
  }

  private Optional<String> cause() {
    return switch (fact) {
      case Fact.Done done -> Optional.of(id(writer, done.announcement()));
      case Fact.Failed failed -> Optional.of(id(writer, failed.announcement()));
      case Fact.Intended intended -> Optional.empty();
      case Fact.Delivered delivered -> Optional.empty();
      case Fact.Lost lost -> Optional.empty();
    };
  }
}
