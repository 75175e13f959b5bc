package dev.rookery.cli;

import dev.rookery.Event;
import dev.rookery.Json;
import dev.rookery.Partition;
import dev.rookery.Payload;
import dev.rookery.Position;
import dev.rookery.cli.terminal.Shown;
import java.util.Base64;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.util.RawValue;

/** An event and its place, as one line. */
final class EventLine {
  private static final int DATA_WIDTH = 400;

  private EventLine() {}

  /** {@code {"stream":..,"partition":..,"position":..,"event":{..}}}. */
  static ObjectNode json(Partition partition, Position position, Event event) {
    ObjectNode line = Json.MAPPER.createObjectNode();
    line.put("stream", partition.stream());
    line.put("partition", partition.number());
    line.put("position", position.toString());
    line.set("event", cloudEvent(event));
    return line;
  }

  static String human(Partition partition, Position position, Event event) {
    String data = Shown.cut(event.data().isJson() ? oneLine(event.data()) : "(binary)", DATA_WIDTH);
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

  /** JSON as it was sent; between its tokens a line may end, inside them none can. */
  private static String oneLine(Payload data) {
    return data.text().replace('\n', ' ').replace('\r', ' ');
  }

  static JsonNode cloudEvent(Event event) {
    ObjectNode node = Json.MAPPER.createObjectNode();
    node.put("specversion", "1.0");
    node.put("id", event.id());
    node.put("source", event.source());
    node.put("type", event.type());
    node.put("time", event.time().toString());
    node.put("partitionkey", event.key());
    node.put("correlationid", event.correlation());
    event.causation().ifPresent(causation -> node.put("causationid", causation));
    node.put("dataversion", event.version());
    new TreeMap<>(event.attributes()).forEach(node::put);
    node.put("datacontenttype", event.data().contentType());
    if (event.data().isJson()) {
      node.putRawValue("data", new RawValue(oneLine(event.data())));
    } else {
      node.put("data_base64", Base64.getEncoder().encodeToString(event.data().toArray()));
    }
    return node;
  }
}
