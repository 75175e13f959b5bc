package dev.rookery.check;

import dev.rookery.InvalidInput;
import dev.rookery.Json;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.check.HistoryLine.Applied;
import dev.rookery.check.HistoryLine.Claimed;
import dev.rookery.check.HistoryLine.Handled;
import dev.rookery.check.HistoryLine.Handling;
import dev.rookery.check.HistoryLine.NotStored;
import dev.rookery.check.HistoryLine.Publishing;
import dev.rookery.check.HistoryLine.Result;
import dev.rookery.check.HistoryLine.Settled;
import dev.rookery.check.HistoryLine.Stored;
import dev.rookery.check.HistoryLine.Unresolved;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * History as JSON lines: one object a line, {@code op} and {@code phase} say which. Members that
 * are not known are passed over.
 */
public final class HistoryFormat {
  private static final int USUAL_LINE = 256;

  private HistoryFormat() {}

  /** The line with its end, in one piece, so that it can be appended in one write. */
  public static byte[] write(HistoryLine line) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(USUAL_LINE);
    try (JsonGenerator json = Json.MAPPER.createGenerator(bytes)) {
      json.writeStartObject();
      switch (line) {
        case Publishing publishing -> write(json, publishing);
        case Stored stored -> write(json, stored);
        case NotStored(String process, String id, _) -> {
          begin(json, "publish", "fail", process);
          json.writeStringProperty("id", id);
        }
        case Unresolved(String process, String id, _) -> {
          begin(json, "publish", "unknown", process);
          json.writeStringProperty("id", id);
        }
        case Handling handling -> write(json, handling);
        case Handled handled -> write(json, handled);
        case Claimed claimed -> write(json, claimed);
        case Settled settled -> write(json, settled);
        case Applied(String process, String subscription, String id, _) -> {
          begin(json, "effect", "ok", process);
          json.writeStringProperty("subscription", subscription);
          json.writeStringProperty("id", id);
        }
      }
      json.writeNumberProperty("at", line.atMicros());
      json.writeEndObject();
    }
    bytes.write('\n');
    return bytes.toByteArray();
  }

  private static void begin(JsonGenerator json, String op, String phase, String process) {
    json.writeStringProperty("op", op);
    json.writeStringProperty("phase", phase);
    json.writeStringProperty("process", process);
  }

  private static void place(JsonGenerator json, Partition partition, Position position) {
    json.writeStringProperty("partition", partition.toString());
    json.writeStringProperty("position", position.toString());
  }

  private static void write(JsonGenerator json, Publishing line) {
    begin(json, "publish", "invoke", line.process());
    json.writeStringProperty("id", line.id());
    json.writeStringProperty("type", line.type());
    json.writeStringProperty("key", line.key());
    json.writeNumberProperty("seq", line.seq());
  }

  private static void write(JsonGenerator json, Stored line) {
    begin(json, "publish", "ok", line.process());
    json.writeStringProperty("id", line.id());
    json.writeStringProperty("type", line.type());
    json.writeStringProperty("key", line.key());
    json.writeNumberProperty("seq", line.seq());
    place(json, line.partition(), line.position());
    json.writeBooleanProperty("duplicate", line.duplicate());
    json.writeNumberProperty("sent", line.sentMicros());
  }

  private static void write(JsonGenerator json, Handling line) {
    begin(json, "handle", "invoke", line.process());
    json.writeStringProperty("subscription", line.subscription());
    json.writeStringProperty("id", line.id());
    json.writeStringProperty("key", line.key());
    json.writeNumberProperty("seq", line.seq());
    place(json, line.partition(), line.position());
    json.writeNumberProperty("attempt", line.attempt());
    json.writeNumberProperty("epoch", line.epoch());
    redriven(json, line.redriven());
  }

  private static void write(JsonGenerator json, Handled line) {
    begin(json, "handle", line.result().name().toLowerCase(Locale.ROOT), line.process());
    json.writeStringProperty("subscription", line.subscription());
    json.writeStringProperty("id", line.id());
    json.writeStringProperty("key", line.key());
    json.writeNumberProperty("seq", line.seq());
    place(json, line.partition(), line.position());
    json.writeNumberProperty("attempt", line.attempt());
    redriven(json, line.redriven());
  }

  private static void redriven(JsonGenerator json, boolean redriven) {
    if (redriven) {
      json.writeBooleanProperty("redriven", true);
    }
  }

  private static void write(JsonGenerator json, Claimed line) {
    begin(json, "claim", "ok", line.process());
    json.writeStringProperty("subscription", line.subscription());
    json.writeStringProperty("partition", line.partition().toString());
    json.writeNumberProperty("epoch", line.epoch());
  }

  private static void write(JsonGenerator json, Settled line) {
    begin(json, "settle", line.accepted() ? "ok" : "fail", line.process());
    json.writeStringProperty("subscription", line.subscription());
    place(json, line.partition(), line.position());
    json.writeNumberProperty("epoch", line.epoch());
    json.writeNumberProperty("sent", line.sentMicros());
  }

  /**
   * The line, empty where it is torn: what a killed process had begun to write.
   *
   * @throws InvalidInput when it is whole and no line of a history
   */
  public static Optional<HistoryLine> read(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return read(bytes, 0, bytes.length);
  }

  /**
   * The line that these bytes are, without its end; empty where it is torn.
   *
   * @throws InvalidInput when it is whole and no line of a history
   */
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
    } catch (JacksonException e) {
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
    private long epoch;
    private boolean duplicate;
    private boolean redriven;
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
        case "epoch" -> epoch = json.getLongValue();
        case "duplicate" -> duplicate = json.getBooleanValue();
        case "redriven" -> redriven = json.getBooleanValue();
        case "sent" -> sent = json.getLongValue();
        case "at" -> at = json.getLongValue();
        default -> json.skipChildren();
      }
    }

    private HistoryLine toLine() {
      return switch (op + " " + phase) {
        case "publish invoke" -> new Publishing(process, id, type, key, seq, at);
        case "publish ok" ->
            new Stored(process, id, type, key, seq, partition(), position(), duplicate, sent, at);
        case "publish fail" -> new NotStored(process, id, at);
        case "publish unknown" -> new Unresolved(process, id, at);
        case "handle invoke" -> handling();
        case "handle ok" -> handling().ended(Result.OK, at);
        case "handle failed" -> handling().ended(Result.FAILED, at);
        case "handle rejected" -> handling().ended(Result.REJECTED, at);
        case "claim ok" -> new Claimed(process, subscription, partition(), epoch, at);
        case "settle ok" -> settled(true);
        case "settle fail" -> settled(false);
        case "effect ok" -> new Applied(process, subscription, id, at);
        default ->
            throw new InvalidInput(
                "no line of a history has op '"
                    + InvalidInput.shown(op)
                    + "' and phase '"
                    + InvalidInput.shown(phase)
                    + "'");
      };
    }

    private Handling handling() {
      return new Handling(
          process,
          subscription,
          id,
          key,
          seq,
          partition(),
          position(),
          attempt,
          epoch,
          redriven,
          at);
    }

    private Settled settled(boolean accepted) {
      return new Settled(process, subscription, partition(), position(), epoch, accepted, sent, at);
    }

    private Partition partition() {
      return Partition.parse(partition);
    }

    private Position position() {
      return Position.parse(position);
    }
  }
}
