package dev.rookery.cli;

import dev.rookery.EventBus;
import dev.rookery.Operations.Located;
import dev.rookery.Operations.Page;
import dev.rookery.Operations.ReadRequest;
import dev.rookery.Start;
import dev.rookery.TypePattern;
import dev.rookery.cli.terminal.Shown;
import dev.rookery.cli.terminal.Terminal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints events as they come. */
@Command(name = "tail")
final class Tail extends Verb {
  private static final int PAGE = 500;
  private static final Duration PATIENCE = Duration.ofMillis(500);

  @Parameters(
      paramLabel = "PATTERN",
      arity = "0..*",
      description = "Types to print: * is one token, ** any tail. Default: all.")
  private List<String> patterns = List.of();

  @Option(
      names = "--from",
      paramLabel = "START",
      description =
          "earliest, latest, a time such as 2026-01-31T12:00:00Z, or a position. Default: latest; with --no-follow earliest.")
  private Optional<String> from = Optional.empty();

  @Option(
      names = "--where",
      paramLabel = "CONDITION",
      description = "A condition in CEL, such as \"data.amount > 10 && source != 'bot-2'\".")
  private Optional<String> where = Optional.empty();

  @Option(names = "--count", paramLabel = "N", description = "Ends after so many events.")
  private Optional<Long> count = Optional.empty();

  @Option(
      names = "--follow",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Goes on at the end of the log; --no-follow ends there.")
  private boolean follow = true;

  Tail(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() throws InterruptedException {
    List<TypePattern> types = patterns.stream().map(TypePattern::of).toList();
    Start start = Start.parse(from.orElse(follow ? "latest" : "earliest"));
    try (EventBus opened = open()) {
      terminal.interruption().watch();
      return print(opened, types, start);
    }
  }

  private int print(EventBus opened, List<TypePattern> types, Start start) {
    long left = count.orElse(Long.MAX_VALUE);
    Start next = start;
    while (left > 0) {
      int limit = (int) Math.min(PAGE, left);
      Page page =
          opened
              .operations()
              .read(new ReadRequest(types, where, next, limit, follow ? PATIENCE : Duration.ZERO));
      for (Located located : page.events()) {
        show(located);
      }
      terminal.out().flush();
      left -= page.events().size();
      if (terminal.interruption().isRequested()) {
        return Exit.INTERRUPTED;
      }
      if (terminal.isGone() || (!follow && page.end())) {
        return Exit.DONE;
      }
      next = new Start.After(page.next());
    }
    return Exit.DONE;
  }

  private void show(Located located) {
    if (json) {
      terminal
          .out()
          .println(
              Shown.json(
                  EventLine.json(located.partition(), located.position(), located.event())
                      .toString()));
    } else {
      terminal
          .out()
          .println(EventLine.human(located.partition(), located.position(), located.event()));
    }
  }
}
