package dev.rookery.cli;

import dev.rookery.Delivery;
import dev.rookery.EventBus;
import dev.rookery.EventHandler;
import dev.rookery.ReplayPlan;
import dev.rookery.Subscriber;
import dev.rookery.Subscription;
import dev.rookery.cli.terminal.Progress;
import dev.rookery.cli.terminal.Shown;
import dev.rookery.cli.terminal.Terminal;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Runs a command for the events of a new subscription, which has an end. */
final class ReplayAs {
  private static final Duration LOOK = Duration.ofMillis(100);

  private final Terminal terminal;
  private final EventBus bus;
  private final String command;
  private final boolean publish;
  private final boolean json;
  private final AtomicLong handled = new AtomicLong();

  ReplayAs(Terminal terminal, EventBus bus, String command, boolean publish, boolean json) {
    this.terminal = terminal;
    this.bus = bus;
    this.command = command;
    this.publish = publish;
    this.json = json;
  }

  int run(Subscription replay, boolean dryRun) throws InterruptedException {
    ReplayPlan plan = bus.operations().plan(replay);
    PlanLine line = new PlanLine(plan, dryRun);
    terminal.message(line.human());
    if (json) {
      terminal.line(line.json().toString());
    }
    if (dryRun) {
      return Exit.DONE;
    }
    Subscriber subscriber =
        bus.subscribe(
            replay.concurrency(Runtime.getRuntime().availableProcessors() * 2),
            EventHandler.ofDeliveries((delivery, _) -> handle(delivery)));
    try (Progress bar = new Progress(terminal, "replay as " + replay.name(), plan.matching())) {
      while (!subscriber.awaitEnd(LOOK)) {
        bar.at(handled.get());
        if (subscriber.state().startsWith("failed")) {
          terminal.message("rookery: the replay is " + subscriber.state());
          return Exit.FAILED;
        }
        if (terminal.interruption().isRequested()) {
          terminal.message(
              "interrupted; the same command with --until "
                  + plan.end()
                  + " goes on, 'rookery remove "
                  + replay.name()
                  + "' gives it up");
          return Exit.INTERRUPTED;
        }
      }
    } finally {
      subscriber.close();
    }
    terminal.message(Shown.number(handled.get()) + " events were handled");
    return Exit.DONE;
  }

  private void handle(Delivery delivery) throws Exception {
    if (publish) {
      ExecHandler.answer(command, delivery, bus);
    } else {
      ExecHandler.run(command, delivery, json);
    }
    handled.incrementAndGet();
  }
}
