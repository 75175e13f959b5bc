package dev.rookery.cli;

import dev.rookery.BusConfig;
import dev.rookery.EventBus;
import dev.rookery.Operations.DeadLetterFilter;
import dev.rookery.Operations.ReadRequest;
import dev.rookery.Start;
import dev.rookery.cli.demo.Rehearsal;
import dev.rookery.cli.process.TemporaryFolder;
import dev.rookery.cli.terminal.Interruption;
import dev.rookery.cli.terminal.Terminal;
import dev.rookery.server.Server;
import dev.rookery.server.ServerConfig;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Does for some seconds what servers, bots and commands do, and keeps nothing: what the JVM learns
 * from it goes into the cache with which later runs start warm.
 */
@Command(name = "exercise")
final class Exercise extends Verb {
  @Option(names = "--seconds", description = "How long.")
  private double seconds = 5;

  Exercise(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() throws Exception {
    try (TemporaryFolder folder = TemporaryFolder.create("rookery-exercise-")) {
      String address = "file:" + folder.path().resolve("data");
      BusConfig settings = busConfig();
      try (EventBus log = EventBus.open(address, settings);
          Server server = Server.start(log, settings, ServerConfig.listen("127.0.0.1:0"))) {
        Rehearsal.play(
            server.address(), folder.path(), Duration.ofMillis(Math.round(seconds * 1_000)));
        commands(server.address());
      }
    }
    return Exit.DONE;
  }

  private static void commands(String address) {
    try (EventBus bus = EventBus.open(address)) {
      bus.operations().subscriptions();
      bus.operations().deadLetters(DeadLetterFilter.ALL);
      bus.operations()
          .read(
              new ReadRequest(
                  List.of(), java.util.Optional.empty(), Start.earliest(), 10, Duration.ZERO));
    }
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    Terminal silent =
        new Terminal(
            InputStream.nullInputStream(),
            nowhere,
            nowhere,
            java.util.Map.of(),
            new Interruption());
    for (String verb : List.of("streams", "subscriptions", "doctor", "dead-letters")) {
      Main.execute(silent, verb, "--bus", address);
      Main.execute(silent, verb, "--bus", address, "--json");
    }
    Main.execute(silent, "--help");
    Main.execute(silent, "tail", "--no-follow", "--count", "5", "--bus", address);
    Main.execute(silent, "publish", "user.a", "--bus", address);
    silent.interruption().finish();
  }
}
