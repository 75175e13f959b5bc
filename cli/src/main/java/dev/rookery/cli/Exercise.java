package dev.rookery.cli;

import dev.rookery.BusConfig;
import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.Operations.DeadLetterFilter;
import dev.rookery.Operations.ReadRequest;
import dev.rookery.Published;
import dev.rookery.Start;
import dev.rookery.Subscriber;
import dev.rookery.Subscription;
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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Does for some seconds what servers, bots and commands do, and keeps nothing: what the JVM learns
 * from it goes into the cache with which later runs start warm.
 */
@Command(name = "exercise")
final class Exercise extends Verb {
  private static final int SUBSCRIPTIONS = 4;
  private static final int BATCH = 10;

  @Option(names = "--seconds", description = "How long.")
  private double seconds = 5;

  private final LongAdder handled = new LongAdder();

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
        talk(server.address());
        commands(server.address());
      }
    }
    return Exit.DONE;
  }

  private void talk(String address) throws InterruptedException {
    try (EventBus bus = EventBus.open(address)) {
      List<Subscriber> subscribers = new ArrayList<>();
      for (int i = 0; i < SUBSCRIPTIONS; i++) {
        subscribers.add(bus.subscribe(Subscription.of("s" + i, "user.**"), this::handle));
      }
      long end = System.nanoTime() + (long) (seconds * 1e9);
      for (long seq = 0; System.nanoTime() < end; seq++) {
        publish(bus, seq);
        Thread.sleep(1);
      }
      subscribers.forEach(Subscriber::close);
    }
  }

  private void handle(dev.rookery.Event event) {
    handled.add(event.data().tree().path("seq").asLong() >= 0 ? 1 : 0);
  }

  private static void publish(EventBus bus, long seq) {
    List<Draft> drafts = new ArrayList<>();
    for (int i = 0; i < BATCH; i++) {
      String data = "{\"channel\":\"#c\",\"user\":\"u\",\"text\":\"hello\",\"seq\":" + seq + "}";
      drafts.add(Draft.of("user.message.received", data).key("k" + (seq + i) % 20));
    }
    bus.publishAll(drafts).forEach(Published::receipt);
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
