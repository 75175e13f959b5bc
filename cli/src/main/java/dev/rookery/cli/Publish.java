package dev.rookery.cli;

import dev.rookery.BusConfig;
import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.Payload;
import dev.rookery.Receipt;
import dev.rookery.cli.terminal.Terminal;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/** Publishes one event, or those of standard input. */
@Command(
    name = "publish",
    footer = {
      "",
      "With - as TYPE, every line of standard input is an event in the JSON form of CloudEvents, of which",
      "only 'type' must be there (key, correlation, causation and version may be written so). A receipt is",
      "printed for each line, in order; a bad line is named by its number, and the others are published."
    })
final class Publish extends Verb {
  @Parameters(
      paramLabel = "TYPE",
      description = "The event's type, such as user.message.received; - reads JSON lines.")
  private String type = "";

  @Option(names = "--source", paramLabel = "S", description = "Who says it.")
  private Optional<String> source = Optional.empty();

  @Option(names = "--key", paramLabel = "K", description = "Events of one key keep their order.")
  private Optional<String> key = Optional.empty();

  @Option(names = "--data", paramLabel = "JSON", description = "The event's data. Default: {}.")
  private Optional<String> data = Optional.empty();

  @Option(
      names = "--id",
      paramLabel = "ID",
      description = "The event's id; one that was used before is not stored again.")
  private Optional<String> id = Optional.empty();

  @Option(
      names = "--correlation",
      paramLabel = "C",
      description = "The conversation it belongs to.")
  private Optional<String> correlation = Optional.empty();

  @Option(
      names = "--causation",
      paramLabel = "C",
      description = "The id of the event that caused it.")
  private Optional<String> causation = Optional.empty();

  @Option(names = "--dry-run", description = "Checks and shows, and publishes nothing.")
  private boolean dryRun;

  Publish(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() throws Exception {
    if (type.equals("-")) {
      return lines();
    }
    Draft draft = draft();
    if (dryRun) {
      showPlan(draft);
      return Exit.DONE;
    }
    try (EventBus opened = open()) {
      show(opened.publish(draft));
    }
    return Exit.DONE;
  }

  private int lines() throws Exception {
    if (source.or(() -> key).or(() -> data).or(() -> id).isPresent()) {
      throw usage("with - the events say their own source, key, data and id");
    }
    if (dryRun) {
      return new PublishLines(terminal, this::show, json).check();
    }
    try (EventBus opened = open()) {
      return new PublishLines(terminal, this::show, json).publish(opened, busConfig().limits());
    }
  }

  private Draft draft() {
    Payload payload = data.map(Payload::json).orElse(Payload.EMPTY);
    payload.tree();
    return new Draft(
        id,
        type,
        source,
        key,
        Optional.empty(),
        correlation,
        causation,
        Optional.empty(),
        payload,
        java.util.Map.of());
  }

  private void showPlan(Draft draft) {
    String address = address();
    BusConfig settings = busConfig();
    String said = draft.source().orElse(settings.source());
    var to = settings.partitionOf(type, key.orElse(said));
    if (json) {
      ObjectNode line = object();
      line.put("dryRun", true).put("bus", address).put("type", type).put("source", said);
      line.put("stream", to.stream()).put("partition", to.number());
      print(line);
    } else {
      terminal.line("would publish " + type + " from " + said + " to " + to + " of " + address);
    }
  }

  private void show(Receipt receipt) {
    if (json) {
      print(json(receipt));
    } else {
      terminal
          .out()
          .println(
              receipt.id()
                  + "  "
                  + receipt.stream()
                  + "/"
                  + receipt.partition()
                  + "@"
                  + receipt.position()
                  + "  "
                  + receipt.durability()
                  + (receipt.duplicate() ? "  duplicate" : ""));
      terminal.out().flush();
    }
  }

  private ObjectNode json(Receipt receipt) {
    return object()
        .put("id", receipt.id())
        .put("stream", receipt.stream())
        .put("partition", receipt.partition())
        .put("position", receipt.position().toString())
        .put("durability", receipt.durability().toString())
        .put("duplicate", receipt.duplicate());
  }
}
