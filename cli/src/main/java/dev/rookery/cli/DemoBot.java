package dev.rookery.cli;

import dev.rookery.cli.demo.Bot;
import dev.rookery.cli.demo.BotPlan;
import dev.rookery.cli.terminal.Terminal;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** One bot of the demo, which starts it. */
@Command(name = "demo-bot")
final class DemoBot extends Verb {
  @Option(names = "--number", required = true)
  private int number;

  @Option(names = "--bots", required = true)
  private int bots;

  @Option(names = "--history", required = true)
  private Path history = Path.of("");

  DemoBot(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() throws IOException {
    Bot.run(new BotPlan(address(), number, bots, history), terminal.in(), terminal.out());
    return Exit.DONE;
  }
}
