package dev.rookery.check;

import dev.rookery.InvalidInput;
import dev.rookery.Json;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.check.HistoryLine.Handled;
import dev.rookery.check.HistoryLine.Result;
import dev.rookery.check.HistoryLine.Stored;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** History as JSON lines: one object a line, {@code op} says which. */
public final class HistoryFormat {
  private static final int USUAL_LINE = 256;

  private HistoryFormat() {}

  /** The line with its end, in one piece, so that it can be appended in one write. */
  public static byte[] write(HistoryLine line) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(USUAL_LINE);
    try (JsonGenerator json = Json.MAPPER.createGenerator(bytes)) {
      json.writeStartObject();
      switch (line) {
        case Stored stored -> write(json, stored);
        case Handled handled -> write(json, handled);
      }
      json.writeEndObject();
    }
    bytes.write('\n');
    return bytes.toByteArray();
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
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return read(bytes, 0, bytes.length);
  }

  /** The line that these bytes are, without its end; empty where it is torn. */
  public static Optional<HistoryLine> read(byte[] bytes, int offset, int length) {
    Fields fields = new Fields();
    try (JsonParser json = Json.MAPPER.createParser(bytes, offset, length)) {
      json.nextToken();
      while (json.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = json.currentName();
        json.nextToken();
        fields.take(name, json);
      }
      return json.currentToken() == JsonToken.END_OBJECT
          ? Optional.of(fields.toLine())
          : Optional.empty();
    } catch (JacksonException | IllegalArgumentException | InvalidInput e) {
      return Optional.empty();
    }
  }

  /** The members of a line while they come in. */
  private static final class Fields {
    private String op = "";
    private String phase = "";
    private String process = "";
    private String subscription = "";
    private String id = "";
    private String type = "";
    private String key = "";
    private String partition = "";
    private String position = "";
    private long seq;
    private int attempt;
    private boolean duplicate;
    private long sent;
    private long at;

    private void take(String name, JsonParser json) {
      switch (name) {
        case "op" -> op = json.getString();
        case "phase" -> phase = json.getString();
        case "process" -> process = json.getString();
        case "subscription" -> subscription = json.getString();
        case "id" -> id = json.getString();
        case "type" -> type = json.getString();
        case "key" -> key = json.getString();
        case "partition" -> partition = json.getString();
        case "position" -> position = json.getString();
        case "seq" -> seq = json.getLongValue();
        case "attempt" -> attempt = json.getIntValue();
        case "duplicate" -> duplicate = json.getBooleanValue();
        case "sent" -> sent = json.getLongValue();
        case "at" -> at = json.getLongValue();
        default -> json.skipChildren();
      }
    }

    private HistoryLine toLine() {
      Partition part = Partition.parse(partition);
      Position place = Position.parse(position);
      if (op.equals("publish")) {
        return new Stored(process, id, type, key, seq, part, place, duplicate, sent, at);
      }
      Result result = Result.valueOf(phase.toUpperCase(Locale.ROOT));
      return new Handled(process, subscription, id, key, seq, part, place, attempt, result, at);
    }
  }
}
