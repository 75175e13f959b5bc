package dev.rookery.cli;

import dev.rookery.EventBus;
import dev.rookery.Start;
import dev.rookery.TypePattern;
import dev.rookery.cli.terminal.Terminal;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Reads again what was. */
@Command(
    name = "replay",
    footer = {
      "",
      "The plan comes first; --dry-run ends there. Into a subscription means that it is rewound and hands",
      "its events out again; this waits until they are handled. Ctrl-Z pauses, Ctrl-C cancels: a",
      "subscription that has not caught up yet goes back to where it was."
    })
final class Replay extends Verb {
  @Parameters(
      paramLabel = "PATTERN",
      arity = "0..*",
      description = "Types to read. Default: all. Not with --into.")
  private List<String> patterns = List.of();

  @Option(
      names = "--from",
      required = true,
      paramLabel = "START",
      description = "earliest, a time such as 2026-01-31T12:00:00Z, a position or a token.")
  private String from = "";

  @Option(names = "--into", paramLabel = "NAME", description = "A subscription.")
  private Optional<String> into = Optional.empty();

  @Option(names = "--where", paramLabel = "CONDITION", description = "A condition in CEL.")
  private Optional<String> where = Optional.empty();

  @Option(names = "--dry-run", description = "Shows the plan, and reads nothing.")
  private boolean dryRun;

  Replay(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() throws InterruptedException {
    Start start = Start.parse(from);
    if (into.isPresent() && (!patterns.isEmpty() || where.isPresent())) {
      throw usage("with --into the subscription's own patterns and condition hold");
    }
    try (EventBus opened = open()) {
      terminal.interruption().watch();
      if (into.isPresent()) {
        return new ReplayInto(terminal, opened.operations(), into.get(), json).run(start, dryRun);
      }
      List<TypePattern> types = patterns.stream().map(TypePattern::of).toList();
      return new ReplayOut(terminal, opened.operations(), json).run(start, types, where, dryRun);
    }
  }
}
