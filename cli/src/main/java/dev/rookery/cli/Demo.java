package dev.rookery.cli;

import dev.rookery.cli.demo.DemoPlan;
import dev.rookery.cli.demo.DemoResult;
import dev.rookery.cli.demo.DemoRun;
import dev.rookery.cli.process.TemporaryFolder;
import dev.rookery.cli.terminal.Terminal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows a fleet of bots on a durable bus. */
@Command(
    name = "demo",
    footer = {
      "",
      "Starts a server on the embedded log in a temporary folder and N bots as processes, and feeds them chat.",
      "Bots answer commands and notice users they share; one fails now and then; two share a subscription.",
      "The figures come from what every process wrote down. Exit code 1 if anything acknowledged was lost or",
      "a key's order was broken."
    })
final class Demo extends Verb {
  @Option(
      names = "--input",
      paramLabel = "FILE",
      description =
          "Chat as JSON lines, plain or gzip: time, channel, user, text, kind, log. Default: made up.")
  private Optional<Path> input = Optional.empty();

  @Option(names = "--bots", paramLabel = "N", description = "Bot processes. Default: 5.")
  private int bots = 5;

  @Option(
      names = "--speed",
      paramLabel = "X",
      description =
          "All logs laid over one day, which runs so many times as fast. Default: evenly, at --rate.")
  private double speed;

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "Chat events a second where no --speed is given. Default: 250.")
  private double rate = 250;

  @Option(names = "--seconds", paramLabel = "S", description = "How long. Default: 20.")
  private double seconds = 20;

  @Option(
      names = "--kill",
      description =
          "Kills the bot that owns the shared subscription with kill -9, and starts it again.")
  private boolean kill;

  @Option(
      names = "--keep",
      paramLabel = "FOLDER",
      description = "Keeps histories and logs there instead of removing them.")
  private Optional<Path> keep = Optional.empty();

  Demo(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() throws Exception {
    terminal.interruption().watch();
    DemoPlan plan =
        new DemoPlan(
            BusAddress.named(bus, terminal.env()),
            config,
            input,
            bots,
            speed,
            rate,
            Duration.ofMillis(Math.round(seconds * 1_000)),
            kill,
            terminal.env());
    if (keep.isPresent()) {
      return show(plan, Files.createDirectories(keep.get()).toAbsolutePath());
    }
    try (TemporaryFolder folder = TemporaryFolder.create("rookery-demo-")) {
      return show(plan, folder.path());
    }
  }

  private int show(DemoPlan plan, Path folder) throws Exception {
    DemoResult result = new DemoRun(plan, terminal, folder, json).run();
    if (json) {
      print(result.json());
    } else {
      result.lines().forEach(terminal.out()::println);
      terminal.out().flush();
    }
    return result.isClean() ? Exit.DONE : Exit.FAILED;
  }
}
