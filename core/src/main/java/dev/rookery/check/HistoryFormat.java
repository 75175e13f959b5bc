package dev.rookery.check;

import dev.rookery.Json;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.check.HistoryLine.Handled;
import dev.rookery.check.HistoryLine.Result;
import dev.rookery.check.HistoryLine.Stored;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.util.ByteBufferBackedOutputStream;

/** History as JSON lines: one object a line, {@code op} says which. */
public final class HistoryFormat {
  private static final int MAX_LINE = 4_096;

  private HistoryFormat() {}

  /** The line with its end, in one piece, so that it can be appended in one write. */
  public static byte[] write(HistoryLine line) {
    byte[] bytes = new byte[MAX_LINE];
    var buffer = java.nio.ByteBuffer.wrap(bytes);
    try (JsonGenerator json =
        Json.MAPPER.createGenerator(new ByteBufferBackedOutputStream(buffer))) {
      json.writeStartObject();
      switch (line) {
        case Stored stored -> write(json, stored);
        case Handled handled -> write(json, handled);
      }
      json.writeEndObject();
    }
    buffer.put((byte) '\n');
    return java.util.Arrays.copyOf(bytes, buffer.position());
  }

  private static void write(JsonGenerator json, Stored line) {
    json.writeStringProperty("op", "publish");
    json.writeStringProperty("phase", "ok");
    json.writeStringProperty("process", line.process());
    json.writeStringProperty("id", line.id());
    json.writeStringProperty("type", line.type());
    json.writeStringProperty("key", line.key());
    json.writeNumberProperty("seq", line.seq());
    json.writeStringProperty("partition", line.partition().toString());
    json.writeStringProperty("position", line.position().toString());
    json.writeBooleanProperty("duplicate", line.duplicate());
    json.writeNumberProperty("sent", line.sentMicros());
    json.writeNumberProperty("at", line.atMicros());
  }

  private static void write(JsonGenerator json, Handled line) {
    json.writeStringProperty("op", "handle");
    json.writeStringProperty("phase", line.result().name().toLowerCase(Locale.ROOT));
    json.writeStringProperty("process", line.process());
    json.writeStringProperty("subscription", line.subscription());
    json.writeStringProperty("id", line.id());
    json.writeStringProperty("key", line.key());
    json.writeNumberProperty("seq", line.seq());
    json.writeStringProperty("partition", line.partition().toString());
    json.writeStringProperty("position", line.position().toString());
    json.writeNumberProperty("attempt", line.attempt());
    json.writeNumberProperty("at", line.atMicros());
  }

  /** The line, empty where it is torn: what a killed process had begun to write. */
  public static Optional<HistoryLine> read(String text) {
    try {
      JsonNode json = Json.MAPPER.readTree(text.getBytes(StandardCharsets.UTF_8));
      Partition partition = Partition.parse(json.required("partition").asString());
      Position position = Position.parse(json.required("position").asString());
      return Optional.of(
          text(json, "op").equals("publish")
              ? stored(json, partition, position)
              : handled(json, partition, position));
    } catch (JacksonException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Stored stored(JsonNode json, Partition partition, Position position) {
    return new Stored(
        text(json, "process"),
        text(json, "id"),
        text(json, "type"),
        text(json, "key"),
        json.required("seq").asLong(),
        partition,
        position,
        json.required("duplicate").asBoolean(),
        json.required("sent").asLong(),
        json.required("at").asLong());
  }

  private static Handled handled(JsonNode json, Partition partition, Position position) {
    return new Handled(
        text(json, "process"),
        text(json, "subscription"),
        text(json, "id"),
        text(json, "key"),
        json.required("seq").asLong(),
        partition,
        position,
        json.required("attempt").asInt(),
        Result.valueOf(text(json, "phase").toUpperCase(Locale.ROOT)),
        json.required("at").asLong());
  }

  private static String text(JsonNode json, String name) {
    return json.required(name).asString();
  }
}
