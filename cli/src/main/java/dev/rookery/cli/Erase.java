package dev.rookery.cli;

import dev.rookery.EventBus;
import dev.rookery.Operations.Erasure;
import dev.rookery.cli.terminal.Shown;
import dev.rookery.cli.terminal.Terminal;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Takes away what was said under a key. */
@Command(name = "erase")
final class Erase extends Verb {
  @Option(
      names = "--key",
      required = true,
      paramLabel = "KEY",
      description = "Whose events: the key that they were published with.")
  private String key = "";

  @Option(
      names = "--stream",
      paramLabel = "STREAM",
      description = "In this stream only. Default: in all of them.")
  private Optional<String> stream = Optional.empty();

  @Option(names = "--dry-run", description = "Counts what would be erased, and erases nothing.")
  private boolean dryRun;

  Erase(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() {
    try (EventBus opened = open()) {
      Erasure erased = opened.operations().erase(key, stream, dryRun);
      if (json) {
        print(
            object()
                .put("key", key)
                .put("events", erased.events())
                .put("before", erased.before())
                .put("deadLetters", erased.deadLetters())
                .put("dryRun", dryRun));
      } else {
        say(told(erased));
      }
      return Exit.DONE;
    }
  }

  private String told(Erasure erased) {
    String verb = dryRun ? " would be erased" : " erased";
    return "%s events of %s%s, %s had been before; %s dead letters %s"
        .formatted(
            Shown.number(erased.events()),
            Shown.text(key),
            verb,
            Shown.number(erased.before()),
            Shown.number(erased.deadLetters()),
            dryRun ? "would be discarded" : "discarded");
  }
}
