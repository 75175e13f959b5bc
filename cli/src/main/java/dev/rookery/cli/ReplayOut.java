package dev.rookery.cli;

import dev.rookery.Operations;
import dev.rookery.Operations.Located;
import dev.rookery.Operations.Page;
import dev.rookery.Operations.ReadRequest;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.Start;
import dev.rookery.TypePattern;
import dev.rookery.cli.terminal.Progress;
import dev.rookery.cli.terminal.Shown;
import dev.rookery.cli.terminal.Terminal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Prints what is stored from a place up to what was the end when it began. */
final class ReplayOut {
  private static final int PAGE = 500;

  private final Terminal terminal;
  private final Operations operations;
  private final boolean json;

  ReplayOut(Terminal terminal, Operations operations, boolean json) {
    this.terminal = terminal;
    this.operations = operations;
    this.json = json;
  }

  int run(Start start, List<TypePattern> types, Optional<String> where, boolean dryRun) {
    Map<Partition, Position> ends = operations.latest().positions();
    long stored = operations.streams().stream().mapToLong(Operations.PartitionInfo::events).sum();
    terminal.message(
        "plan: read "
            + (types.isEmpty() ? "all types" : types.toString())
            + " from "
            + start
            + " to the present end, of "
            + Shown.number(stored)
            + " stored events");
    if (dryRun) {
      if (json) {
        terminal.line("{\"from\":\"" + start + "\",\"stored\":" + stored + ",\"dryRun\":true}");
      }
      return Exit.DONE;
    }
    boolean whole = start instanceof Start.Earliest && types.isEmpty() && where.isEmpty();
    try (Progress bar = new Progress(terminal, "replay", whole ? stored : 0)) {
      return print(new ReadRequest(types, where, start, PAGE, Duration.ZERO), ends, bar);
    }
  }

  private int print(ReadRequest first, Map<Partition, Position> ends, Progress bar) {
    ReadRequest request = first;
    long printed = 0;
    while (true) {
      Page page = operations.read(request);
      for (Located located : page.events()) {
        Position end = ends.getOrDefault(located.partition(), Position.ZERO);
        if (!located.position().isAfter(end)) {
          show(located);
          printed++;
        }
      }
      terminal.out().flush();
      bar.at(printed);
      if (terminal.interruption().isRequested()) {
        terminal.message("cancelled; 'rookery replay --from " + page.next() + "' goes on");
        return Exit.INTERRUPTED;
      }
      if (page.end() || isPast(page, ends) || terminal.isGone()) {
        return Exit.DONE;
      }
      request =
          new ReadRequest(
              request.patterns(),
              request.where(),
              new Start.After(page.next()),
              PAGE,
              Duration.ZERO);
    }
  }

  private static boolean isPast(Page page, Map<Partition, Position> ends) {
    Map<Partition, Position> next = page.next().positions();
    return ends.entrySet().stream()
        .allMatch(end -> !end.getValue().isAfter(next.getOrDefault(end.getKey(), Position.ZERO)));
  }

  private void show(Located located) {
    terminal
        .out()
        .println(
            json
                ? Shown.json(
                    EventLine.json(located.partition(), located.position(), located.event())
                        .toString())
                : EventLine.human(located.partition(), located.position(), located.event()));
  }
}
