package dev.rookery.cli;

import dev.rookery.Draft;
import dev.rookery.Event;
import dev.rookery.EventBus;
import dev.rookery.Json;
import dev.rookery.Limits;
import dev.rookery.Published;
import dev.rookery.RookeryException;
import dev.rookery.TypePattern;
import dev.rookery.cli.terminal.Progress;
import dev.rookery.cli.terminal.Shown;
import dev.rookery.cli.terminal.Terminal;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/**
 * Publishes the events of a file in their order, batch by batch. What cannot be taken is named by
 * its line, and the others go on. Records of an audit and erased events are passed over: the bus
 * alone writes them.
 */
final class ImportRun {
  private static final TypePattern AUDIT = TypePattern.of("system.audit.**");

  /** An event and the line that it stands in. */
  private record Line(long number, Draft draft) {}

  private final Terminal terminal;
  private final Limits limits;
  private final boolean json;
  private final List<Line> batch = new ArrayList<>();
  private long batchBytes;
  private long number;
  private long read;
  private long stored;
  private long duplicates;
  private long passedOver;
  private long failed;

  ImportRun(Terminal terminal, Limits limits, boolean json) {
    this.terminal = terminal;
    this.limits = limits;
    this.json = json;
  }

  /** What is to be done with a full batch. */
  private interface Publishing {
    void publish(List<Line> lines);
  }

  int into(EventBus bus, InputStream in) throws IOException {
    try {
      return each(in, lines -> publish(bus, lines));
    } catch (RookeryException e) {
      terminal.message(
          "the import stopped at line "
              + number
              + "; it may be repeated from the beginning: what is there already is not stored again");
      throw e;
    }
  }

  int check(InputStream in) throws IOException {
    return each(in, lines -> {});
  }

  private int each(InputStream in, Publishing publishing) throws IOException {
    BufferedReader reader =
        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8), 256 * 1024);
    try (Progress bar = new Progress(terminal, "import", 0)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        number++;
        if (!line.isBlank()) {
          take(line, publishing);
        }
        bar.at(read);
        if (terminal.interruption().isRequested()) {
          break;
        }
      }
      flush(publishing);
    }
    report();
    if (terminal.interruption().isRequested()) {
      return Exit.INTERRUPTED;
    }
    return failed == 0 ? Exit.DONE : Exit.FAILED;
  }

  private void take(String line, Publishing publishing) {
    try {
      for (String event : ImportedLine.events(line)) {
        take(number, event, publishing);
      }
    } catch (RookeryException e) {
      read++;
      complain(number, e);
    }
  }

  private void take(long at, String event, Publishing publishing) {
    read++;
    Draft draft;
    try {
      draft = DraftLine.parse(event);
    } catch (RookeryException e) {
      complain(at, e);
      return;
    }
    if (draft.attributes().containsKey(Event.ERASED) || AUDIT.matches(draft.type())) {
      passedOver++;
      return;
    }
    long size = event.length() * 2L;
    if (batch.size() == limits.batchEvents() || batchBytes + size > limits.bodyBytes()) {
      flush(publishing);
    }
    batch.add(new Line(at, draft));
    batchBytes += size;
  }

  private void flush(Publishing publishing) {
    List<Line> lines = List.copyOf(batch);
    batch.clear();
    batchBytes = 0;
    if (!lines.isEmpty()) {
      publishing.publish(lines);
    }
  }

  private void publish(EventBus bus, List<Line> lines) {
    List<Published> answers = bus.publishAll(lines.stream().map(Line::draft).toList());
    for (int i = 0; i < lines.size(); i++) {
      switch (answers.get(i)) {
        case Published.Stored(var receipt) when receipt.duplicate() -> duplicates++;
        case Published.Stored _ -> stored++;
        case Published.Rejected(var reason) -> complain(lines.get(i).number, reason);
        case Published.Unknown(var reason) -> complain(lines.get(i).number, reason);
      }
    }
  }

  private void complain(long line, RookeryException reason) {
    failed++;
    terminal.message(
        "rookery: line " + line + ": " + Shown.text(String.valueOf(reason.getMessage())));
    if (json) {
      ObjectNode problem = Json.MAPPER.createObjectNode();
      problem.put("line", line).put("type", reason.code()).put("detail", reason.getMessage());
      terminal.line(Shown.json(problem.toString()));
    }
  }

  private void report() {
    if (json) {
      ObjectNode counts = Json.MAPPER.createObjectNode();
      counts.put("read", read).put("stored", stored).put("duplicates", duplicates);
      counts.put("passedOver", passedOver).put("failed", failed);
      terminal.line(counts.toString());
    } else {
      terminal.message(
          "%s events read: %s stored, %s there already, %s passed over, %s failed"
              .formatted(
                  Shown.number(read),
                  Shown.number(stored),
                  Shown.number(duplicates),
                  Shown.number(passedOver),
                  Shown.number(failed)));
    }
  }
}
