package dev.rookery.cli;

import dev.rookery.DeadLetter;
import dev.rookery.Event;
import dev.rookery.Json;
import dev.rookery.cli.terminal.Shown;
import dev.rookery.cli.terminal.Table;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.util.RawValue;

/** A dead letter as one line of JSON, as a row, or whole. */
final class DeadLetterLine {
  private DeadLetterLine() {}

  static ObjectNode json(DeadLetter letter) {
    ObjectNode line = Json.MAPPER.createObjectNode();
    line.put("id", letter.id()).put("subscription", letter.subscription());
    line.put("stream", letter.partition().stream()).put("partition", letter.partition().number());
    line.put("position", letter.position().toString()).put("key", letter.key());
    line.put("reason", letter.reason().toString()).put("state", letter.state().toString());
    line.put("attempts", letter.attempts()).put("since", letter.since().toString());
    ArrayNode failures = line.putArray("failures");
    for (DeadLetter.Failure failure : letter.failures()) {
      failures.addObject().put("at", failure.at().toString()).put("error", failure.error());
    }
    letter
        .event()
        .ifPresent(event -> line.putRawValue("event", new RawValue(EventLine.cloudEvent(event))));
    letter
        .raw()
        .ifPresent(raw -> line.put("raw", Base64.getEncoder().encodeToString(raw.toArray())));
    return line;
  }

  static Table table(List<DeadLetter> letters) {
    Table table =
        new Table("ID", "TYPE", "KEY", "REASON", "STATE", "ATTEMPTS", "SINCE", "LAST ERROR");
    for (DeadLetter letter : letters) {
      table.row(
          letter.id(),
          letter.event().map(Event::type).orElse("(unreadable)"),
          letter.key(),
          letter.reason(),
          letter.state(),
          letter.attempts(),
          letter.since(),
          lastError(letter));
    }
    return table;
  }

  private static String lastError(DeadLetter letter) {
    return letter.failures().isEmpty() ? "" : Shown.cut(letter.failures().getLast().error(), 60);
  }

  static List<String> lines(DeadLetter letter) {
    List<String> lines = new ArrayList<>();
    lines.add(letter.id() + "  " + letter.reason() + ", " + letter.state());
    lines.add(
        "key " + letter.key() + ", " + letter.attempts() + " attempts, since " + letter.since());
    letter.failures().forEach(failure -> lines.add("  " + failure.at() + "  " + failure.error()));
    letter.event().ifPresent(event -> EventLine.pretty(event).lines().forEach(lines::add));
    return lines;
  }
}
