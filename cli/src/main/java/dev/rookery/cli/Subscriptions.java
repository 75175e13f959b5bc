package dev.rookery.cli;

import dev.rookery.EventBus;
import dev.rookery.Operations.SubscriptionInfo;
import dev.rookery.cli.terminal.Terminal;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows how far subscriptions got. */
@Command(name = "subscriptions")
final class Subscriptions extends Verb {
  @Parameters(paramLabel = "NAME", arity = "0..1", description = "One, by partition.")
  private Optional<String> name = Optional.empty();

  Subscriptions(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() {
    try (EventBus opened = open()) {
      List<SubscriptionInfo> infos =
          name.map(one -> List.of(opened.operations().subscription(one)))
              .orElseGet(() -> opened.operations().subscriptions());
      if (json) {
        infos.forEach(info -> print(SubscriptionLine.json(info)));
      } else if (infos.isEmpty()) {
        say("no subscriptions yet; 'rookery subscribe NAME PATTERN' makes one");
      } else {
        SubscriptionLine.table(infos).print(terminal);
        if (name.isPresent()) {
          terminal.line("");
          SubscriptionLine.partitions(infos.getFirst()).print(terminal);
        }
      }
      return Exit.DONE;
    }
  }
}
