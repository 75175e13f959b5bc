package dev.rookery.cli;

import dev.rookery.Operations;
import dev.rookery.Operations.Move;
import dev.rookery.Operations.PartitionProgress;
import dev.rookery.Operations.SubscriptionInfo;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.ReplayTerms;
import dev.rookery.Start;
import dev.rookery.Token;
import dev.rookery.cli.terminal.Progress;
import dev.rookery.cli.terminal.Shown;
import dev.rookery.cli.terminal.Terminal;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Rewinds a subscription and waits until it has caught up. */
final class ReplayInto {
  private static final Duration LOOK = Duration.ofMillis(200);

  private final Terminal terminal;
  private final Operations operations;
  private final String name;
  private final boolean json;

  ReplayInto(Terminal terminal, Operations operations, String name, boolean json) {
    this.terminal = terminal;
    this.operations = operations;
    this.name = name;
    this.json = json;
  }

  int run(Start start, ReplayTerms terms, boolean dryRun) throws InterruptedException {
    SubscriptionInfo now = operations.subscription(name);
    PlanLine planned =
        new PlanLine(operations.plan(now.definition().from(start).terms(terms)), dryRun);
    List<Move> plan = operations.rewind(name, start, terms, true);
    long events = plan.stream().mapToLong(Move::events).sum();
    show(plan, events, dryRun);
    terminal.message(planned.human());
    if (dryRun) {
      return Exit.DONE;
    }
    Map<Partition, Position> ends = operations.latest().positions();
    operations.rewind(name, start, terms, false);
    if (operations.subscription(name).partitions().stream().allMatch(p -> p.owner().isEmpty())) {
      terminal.message("nobody runs " + name + " now; it begins when somebody does");
    }
    return await(plan, ends, events);
  }

  private void show(List<Move> plan, long events, boolean dryRun) {
    if (json) {
      plan.forEach(move -> terminal.line(Rewind.json(name, move, dryRun).toString()));
    } else {
      Rewind.table(plan).lines().forEach(terminal::message);
      terminal.message("plan: " + name + " gets up to " + Shown.number(events) + " events again");
    }
  }

  private int await(List<Move> plan, Map<Partition, Position> ends, long events)
      throws InterruptedException {
    try (Progress bar = new Progress(terminal, "replay into " + name, events)) {
      while (true) {
        SubscriptionInfo info = operations.subscription(name);
        if (info.partitions().stream().allMatch(p -> isPast(p, ends))) {
          break;
        }
        bar.at(Math.max(0, events - info.lagEvents()));
        if (terminal.interruption().await(LOOK)) {
          cancel(plan, info);
          return Exit.INTERRUPTED;
        }
      }
    }
    terminal.message(name + " has handled what was replayed");
    return Exit.DONE;
  }

  private static boolean isPast(PartitionProgress progress, Map<Partition, Position> ends) {
    Position end = ends.getOrDefault(progress.partition(), Position.ZERO);
    return progress.lagEvents() == 0 || !end.isAfter(progress.floor());
  }

  /**
   * Everything up to where a partition was before is handled: going back there leaves nothing out.
   */
  private void cancel(List<Move> plan, SubscriptionInfo info) {
    Map<Partition, Position> back = new HashMap<>();
    info.partitions().forEach(p -> back.put(p.partition(), p.floor()));
    for (Move move : plan) {
      back.merge(move.partition(), move.from(), (floor, was) -> was.isAfter(floor) ? was : floor);
    }
    operations.rewind(name, new Start.After(new Token(back, operations.latest().epoch())), false);
    terminal.message("cancelled; " + name + " is where it was before");
  }
}
