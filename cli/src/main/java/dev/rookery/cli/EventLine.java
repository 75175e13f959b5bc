package dev.rookery.cli;

import dev.rookery.Event;
import dev.rookery.Json;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.cli.terminal.Shown;
import dev.rookery.client.wire.CloudEventWriter;
import dev.rookery.client.wire.JsonOut;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.util.RawValue;

/** An event and its place, as one line. */
final class EventLine {
  private static final int DATA_WIDTH = 400;
  private static final ObjectReader EXACT =
      Json.MAPPER.reader().with(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  private EventLine() {}

  /** {@code {"stream":..,"partition":..,"position":..,"event":{..}}}. */
  static ObjectNode json(Partition partition, Position position, Event event) {
    ObjectNode line = Json.MAPPER.createObjectNode();
    line.put("stream", partition.stream());
    line.put("partition", partition.number());
    line.put("position", position.toString());
    line.putRawValue("event", new RawValue(cloudEvent(event)));
    return line;
  }

  static String human(Partition partition, Position position, Event event) {
    String data =
        Shown.cut(event.data().isJson() ? oneLine(event.data().text()) : "(binary)", DATA_WIDTH);
    String key = event.key().equals(event.source()) ? "" : "  key " + event.key();
    return Shown.text(
        event.time()
            + "  "
            + partition
            + "@"
            + position
            + "  "
            + event.type()
            + "  from "
            + event.source()
            + key
            + "  "
            + data);
  }

  /** The event in the JSON form of CloudEvents, its data byte by byte as it was sent. */
  static String cloudEvent(Event event) {
    JsonOut out = new JsonOut();
    CloudEventWriter.write(out, event);
    return oneLine(new String(out.toByteArray(), StandardCharsets.UTF_8));
  }

  /** The same over several lines, for people. */
  static String pretty(Event event) {
    return EXACT.readTree(cloudEvent(event)).toPrettyString();
  }

  /** Between the tokens of JSON a line may end, inside them none can. */
  private static String oneLine(String json) {
    return json.replace('\n', ' ').replace('\r', ' ');
  }
}
