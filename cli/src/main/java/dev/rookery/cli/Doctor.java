package dev.rookery.cli;

import dev.rookery.EventBus;
import dev.rookery.Operations;
import dev.rookery.cli.terminal.Shown;
import dev.rookery.cli.terminal.Terminal;
import dev.rookery.spi.Environment;
import java.util.List;
import picocli.CommandLine.Command;

/** Names what weakens a promise. */
@Command(name = "doctor")
final class Doctor extends Verb {
  Doctor(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() {
    String where = address();
    try (EventBus opened = EventBus.open(where, busConfig())) {
      Operations.Health health = opened.operations().health();
      List<String> weaknesses = opened.operations().weaknesses();
      if (!json) {
        String state = !health.ready() ? "not ready" : health.degraded() ? "degraded" : "well";
        say(where + " is " + state);
      }
      health.reasons().forEach(reason -> line(health.ready() ? "degraded" : "not ready", reason));
      opened.operations().states().forEach(state -> line("state", state));
      ForecastLine.of(opened.operations().streams(), Environment.system().now())
          .forEach(forecast -> line("forecast", forecast));
      weaknesses.forEach(weakness -> line("weakness", weakness));
      if (!json && weaknesses.isEmpty()) {
        say("no setting weakens a promise");
      }
      return health.ready() ? Exit.DONE : Exit.FAILED;
    }
  }

  private void line(String kind, String detail) {
    if (json) {
      print(object().put("kind", kind).put("detail", detail));
    } else {
      terminal.line(Shown.text(kind + ": " + detail));
    }
  }
}
