package dev.rookery.cli;

import dev.rookery.EventBus;
import dev.rookery.Json;
import dev.rookery.Operations.Move;
import dev.rookery.Start;
import dev.rookery.cli.terminal.Shown;
import dev.rookery.cli.terminal.Table;
import dev.rookery.cli.terminal.Terminal;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/** Moves a subscription to another place. */
@Command(name = "rewind")
final class Rewind extends Verb {
  @Parameters(paramLabel = "NAME", description = "The subscription.")
  private String name = "";

  @Option(
      names = "--to",
      required = true,
      paramLabel = "START",
      description = "earliest, latest, a time such as 2026-01-31T12:00:00Z, a position or a token.")
  private String to = "";

  @Option(names = "--dry-run", description = "Shows what would be moved, and moves nothing.")
  private boolean dryRun;

  Rewind(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() {
    Start start = Start.parse(to);
    try (EventBus opened = open()) {
      List<Move> moves = opened.operations().rewind(name, start, dryRun);
      if (json) {
        moves.forEach(move -> print(json(name, move, dryRun)));
      } else {
        table(moves).print(terminal);
        say(dryRun ? "nothing was moved" : name + " was moved");
      }
      return Exit.DONE;
    }
  }

  static ObjectNode json(String name, Move move, boolean dryRun) {
    return Json.MAPPER
        .createObjectNode()
        .put("name", name)
        .put("partition", move.partition().toString())
        .put("from", move.from().toString())
        .put("to", move.to().toString())
        .put("events", move.events())
        .put("dryRun", dryRun);
  }

  static Table table(List<Move> moves) {
    Table table = new Table("PARTITION", "FROM", "TO", "EVENTS AFTER THAT");
    for (Move move : moves) {
      table.row(move.partition(), move.from(), move.to(), Shown.number(move.events()));
    }
    return table;
  }
}
