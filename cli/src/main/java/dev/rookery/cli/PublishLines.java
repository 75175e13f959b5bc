package dev.rookery.cli;

import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.Json;
import dev.rookery.Limits;
import dev.rookery.Published;
import dev.rookery.Receipt;
import dev.rookery.RookeryException;
import dev.rookery.cli.terminal.Shown;
import dev.rookery.cli.terminal.Terminal;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Publishes the lines of standard input in batches as large as what has arrived, and answers each
 * in its turn.
 */
final class PublishLines {
  /** What is known of a line before it is published. */
  private sealed interface Line {
    record Good(long number, Draft draft) implements Line {}

    record Bad(long number, RookeryException reason) implements Line {}
  }

  private final Terminal terminal;
  private final Consumer<Receipt> show;
  private final boolean json;
  private long number;
  private boolean failed;

  PublishLines(Terminal terminal, Consumer<Receipt> show, boolean json) {
    this.terminal = terminal;
    this.show = show;
    this.json = json;
  }

  int publish(EventBus bus, Limits limits) throws IOException {
    BufferedReader reader = reader();
    List<Line> lines = new ArrayList<>();
    for (String text = reader.readLine(); text != null; text = next(reader, lines, bus, limits)) {
      if (!text.isBlank()) {
        lines.add(parse(text));
      } else {
        number++;
      }
    }
    flush(bus, lines);
    return failed ? Exit.FAILED : Exit.DONE;
  }

  int check() throws IOException {
    BufferedReader reader = reader();
    for (String text = reader.readLine(); text != null; text = reader.readLine()) {
      if (text.isBlank()) {
        number++;
      } else if (parse(text) instanceof Line.Bad(long at, RookeryException reason)) {
        complain(at, reason);
      }
    }
    terminal.message(number + " lines read, nothing published");
    return failed ? Exit.FAILED : Exit.DONE;
  }

  private BufferedReader reader() {
    return new BufferedReader(
        new InputStreamReader(terminal.in(), StandardCharsets.UTF_8), 256 * 1024);
  }

  private @Nullable String next(
      BufferedReader reader, List<Line> lines, EventBus bus, Limits limits) throws IOException {
    if (lines.size() >= limits.batchEvents()
        || bytes(lines) > limits.bodyBytes() / 2
        || !reader.ready()) {
      flush(bus, lines);
    }
    return reader.readLine();
  }

  private static long bytes(List<Line> lines) {
    long bytes = 0;
    for (Line line : lines) {
      bytes += line instanceof Line.Good(_, Draft draft) ? 300 + draft.data().sizeBytes() : 0;
    }
    return bytes;
  }

  private Line parse(String text) {
    number++;
    try {
      return new Line.Good(number, DraftLine.parse(text));
    } catch (RookeryException e) {
      return new Line.Bad(number, e);
    }
  }

  private void flush(EventBus bus, List<Line> lines) {
    List<Draft> drafts = new ArrayList<>();
    for (Line line : lines) {
      if (line instanceof Line.Good(_, Draft draft)) {
        drafts.add(draft);
      }
    }
    var answers = (drafts.isEmpty() ? List.<Published>of() : bus.publishAll(drafts)).iterator();
    for (Line line : lines) {
      switch (line) {
        case Line.Good good -> answer(good.number, answers.next());
        case Line.Bad bad -> complain(bad.number, bad.reason);
      }
    }
    lines.clear();
  }

  private void answer(long line, Published published) {
    switch (published) {
      case Published.Stored(Receipt receipt) -> show.accept(receipt);
      case Published.Rejected(var reason) -> complain(line, reason);
      case Published.Unknown(var reason) -> complain(line, reason);
    }
  }

  private void complain(long line, RookeryException reason) {
    failed = true;
    terminal.message(
        "rookery: line " + line + ": " + Shown.text(String.valueOf(reason.getMessage())));
    if (json) {
      ObjectNode problem = Json.MAPPER.createObjectNode();
      problem.put("line", line).put("type", reason.code()).put("detail", reason.getMessage());
      terminal.line(Shown.json(problem.toString()));
    }
  }
}
