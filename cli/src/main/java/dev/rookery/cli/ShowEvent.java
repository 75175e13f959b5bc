package dev.rookery.cli;

import dev.rookery.DeadLetter;
import dev.rookery.EventBus;
import dev.rookery.NotFound;
import dev.rookery.Operations.Attempt;
import dev.rookery.Operations.DeliveryState;
import dev.rookery.Operations.EventReport;
import dev.rookery.Operations.Located;
import dev.rookery.cli.terminal.Shown;
import dev.rookery.cli.terminal.Table;
import dev.rookery.cli.terminal.Terminal;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Shows an event with its deliveries. */
@Command(name = "event")
final class ShowEvent extends Verb {
  @Parameters(paramLabel = "ID", description = "The event's id.")
  private String id = "";

  ShowEvent(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() {
    try (EventBus opened = open()) {
      List<EventReport> reports = opened.operations().event(id);
      if (reports.isEmpty()) {
        throw new NotFound(
            "no event "
                + id
                + " is stored; it may never have been, or is older than its stream keeps");
      }
      for (EventReport report : reports) {
        if (json) {
          print(json(report));
        } else {
          show(report);
        }
      }
      return Exit.DONE;
    }
  }

  private static ObjectNode json(EventReport report) {
    Located located = report.located();
    ObjectNode line = EventLine.json(located.partition(), located.position(), located.event());
    ArrayNode deliveries = line.putArray("deliveries");
    for (DeliveryState delivery : report.deliveries()) {
      ObjectNode node = deliveries.addObject();
      node.put("subscription", delivery.subscription()).put("state", delivery.state());
      node.put("attempts", delivery.attempts());
      delivery.notBefore().ifPresent(time -> node.put("notBefore", time.toString()));
      delivery.deadLetter().ifPresent(letter -> node.put("deadLetter", letter));
      ArrayNode failures = node.putArray("failures");
      for (DeadLetter.Failure failure : delivery.failures()) {
        failures.addObject().put("at", failure.at().toString()).put("error", failure.error());
      }
    }
    ArrayNode tried = line.putArray("tried");
    for (Attempt attempt : report.attempts()) {
      tried
          .addObject()
          .put("subscription", attempt.subscription())
          .put("attempt", attempt.attempt())
          .put("at", attempt.at().toString())
          .put("outcome", attempt.outcome())
          .put("settlement", attempt.settlement())
          .put("tookMicros", attempt.took().toNanos() / 1_000);
    }
    return line;
  }

  private void show(EventReport report) {
    Located located = report.located();
    terminal.line(Shown.text(located.partition() + "@" + located.position()));
    terminal.line(
        EventLine.pretty(located.event())
            .lines()
            .map(Shown::text)
            .collect(Collectors.joining("\n")));
    Table table =
        new Table("SUBSCRIPTION", "STATE", "ATTEMPTS", "NOT BEFORE", "LAST ERROR", "DEAD LETTER");
    for (DeliveryState delivery : report.deliveries()) {
      table.row(
          delivery.subscription(),
          delivery.state(),
          delivery.attempts(),
          delivery.notBefore().map(Object::toString).orElse(""),
          delivery.failures().isEmpty() ? "" : delivery.failures().getLast().error(),
          delivery.deadLetter().orElse(""));
    }
    if (table.isEmpty()) {
      say("there are no subscriptions yet");
    } else {
      table.print(terminal);
    }
    if (!report.attempts().isEmpty()) {
      attempts(report.attempts()).print(terminal);
    }
  }

  private static Table attempts(List<Attempt> attempts) {
    Table table = new Table("SUBSCRIPTION", "ATTEMPT", "RECORDED", "OUTCOME", "SETTLEMENT", "TOOK");
    for (Attempt attempt : attempts) {
      table.row(
          attempt.subscription(),
          attempt.attempt(),
          attempt.at(),
          attempt.outcome(),
          attempt.settlement(),
          Shown.millis(attempt.took().toNanos() / 1e6));
    }
    return table;
  }
}
