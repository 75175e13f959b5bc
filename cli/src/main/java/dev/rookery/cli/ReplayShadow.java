package dev.rookery.cli;

import dev.rookery.Draft;
import dev.rookery.Event;
import dev.rookery.EventBus;
import dev.rookery.EventHandler;
import dev.rookery.Json;
import dev.rookery.Payload;
import dev.rookery.ReplayPlan;
import dev.rookery.Subscription;
import dev.rookery.cli.terminal.Progress;
import dev.rookery.cli.terminal.Shown;
import dev.rookery.cli.terminal.Terminal;
import dev.rookery.shadow.Shadow;
import dev.rookery.shadow.ShadowReport;
import dev.rookery.shadow.ShadowReport.Difference;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** Runs a command against history and prints what it would have published differently. */
final class ReplayShadow {
  private final Terminal terminal;
  private final EventBus bus;
  private final String command;
  private final boolean json;

  ReplayShadow(Terminal terminal, EventBus bus, String command, boolean json) {
    this.terminal = terminal;
    this.bus = bus;
    this.command = command;
    this.json = json;
  }

  /** Ends as failed where something is different, so that a script notices. */
  int run(Subscription bot, boolean dryRun) throws InterruptedException {
    ReplayPlan plan = bus.operations().plan(bot);
    PlanLine line = new PlanLine(plan, dryRun);
    terminal.message(line.human());
    if (dryRun) {
      if (json) {
        terminal.line(line.json().toString());
      }
      return Exit.DONE;
    }
    ShadowReport report;
    try (Progress bar = new Progress(terminal, "shadow of " + bot.name(), plan.matching())) {
      report = Shadow.run(bus, bot, this::handler, handled -> goesOn(bar, handled));
    }
    report.differences().forEach(this::show);
    report
        .failures()
        .forEach(failure ->
            terminal.message("handling " + failure.cause() + " failed: " + failure.reason()));
    sum(report);
    if (terminal.interruption().isRequested()) {
      return Exit.INTERRUPTED;
    }
    return report.differing() == 0 && report.failures().isEmpty() ? Exit.DONE : Exit.FAILED;
  }

  private EventHandler handler(EventBus captured) {
    return EventHandler.ofDeliveries(
        (delivery, _) -> ExecHandler.answer(command, delivery, captured));
  }

  private boolean goesOn(Progress bar, long handled) {
    bar.at(handled);
    return handled < Shadow.MOST && !terminal.interruption().isRequested();
  }

  private void sum(ShadowReport report) {
    terminal.message(
        "handled "
            + Shown.number(report.handled())
            + " events: "
            + Shown.number(report.same())
            + " published the same, "
            + Shown.number(report.differing())
            + " differently");
    report
        .next()
        .ifPresent(next -> terminal.message("the rest: the same command with --from " + next));
  }

  private void show(Difference difference) {
    Optional<String> type =
        difference.stored().map(Event::type).or(() -> difference.published().map(Draft::type));
    Optional<String> stored = difference.stored().map(Event::data).map(ReplayShadow::text);
    Optional<String> published = difference.published().map(Draft::data).map(ReplayShadow::text);
    if (json) {
      ObjectNode line =
          Json.MAPPER
              .createObjectNode()
              .put("kind", difference.kind().toString())
              .put("cause", difference.cause())
              .put("id", difference.id());
      difference.stored().ifPresent(event -> line.put("storedType", event.type()));
      difference.published().ifPresent(draft -> line.put("publishedType", draft.type()));
      stored.ifPresent(text -> line.put("stored", text));
      published.ifPresent(text -> line.put("published", text));
      terminal.line(Shown.json(line.toString()));
      return;
    }
    terminal.line(difference.kind() + "  " + type.orElse("") + "  caused by " + difference.cause());
    stored.ifPresent(text -> terminal.line("  - " + text));
    published.ifPresent(text -> terminal.line("  + " + text));
  }

  private static String text(Payload data) {
    return data.isJson()
        ? new String(data.toArray(), StandardCharsets.UTF_8)
        : data.sizeBytes() + " bytes of " + data.contentType();
  }
}
