package dev.rookery.cli;

import dev.rookery.Event;
import dev.rookery.EventBus;
import dev.rookery.NotFound;
import dev.rookery.Operations.Step;
import dev.rookery.Operations.Trace;
import dev.rookery.Start;
import dev.rookery.cli.terminal.Shown;
import dev.rookery.cli.terminal.Terminal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/** Shows a conversation as a tree of causes and effects. */
@Command(name = "trace")
final class ShowTrace extends Verb {
  private static final int DEEPEST_SHOWN = 40;

  @Parameters(
      paramLabel = "CORRELATION",
      description = "The conversation: the id of the event that began it, unless it was given one.")
  private String correlation = "";

  @Option(
      names = "--from",
      paramLabel = "START",
      defaultValue = "earliest",
      description =
          "Where the looking begins: earliest, a time such as 2026-01-31T12:00:00Z, a position or a token. Default: earliest.")
  private String from = "earliest";

  ShowTrace(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() {
    Start start = Start.parse(from);
    try (EventBus opened = open()) {
      Trace trace = opened.operations().trace(correlation, start);
      trace.steps().forEach(this::show);
      trace.cut().ifPresent(this::say);
      if (trace.steps().isEmpty() && trace.cut().isEmpty()) {
        throw new NotFound(
            "no event of the conversation "
                + correlation
                + " is stored; it may never have been, or is older than its streams keep");
      }
      return Exit.DONE;
    }
  }

  private void show(Step step) {
    if (json) {
      print(json(step));
    } else {
      terminal.line(human(step));
    }
  }

  private static ObjectNode json(Step step) {
    var located = step.located();
    return EventLine.json(located.partition(), located.position(), located.event())
        .put("depth", step.depth())
        .put("cause", step.cause().toString());
  }

  private static String human(Step step) {
    Event event = step.located().event();
    String indent = "  ".repeat(Math.min(step.depth(), DEEPEST_SHOWN));
    String why =
        switch (step.cause()) {
          case NONE, ABOVE -> "";
          case MISSING ->
              "  (caused by " + event.causation().orElse("") + ", which is not kept here)";
          case CIRCLE -> "  (among its own effects)";
        };
    String line =
        event.type() + "  from " + event.source() + "  " + event.time() + "  " + event.id() + why;
    return Shown.text(indent + line);
  }
}
