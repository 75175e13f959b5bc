package dev.rookery.cli;

import dev.rookery.BusConfig;
import dev.rookery.cli.bench.BenchPlan;
import dev.rookery.cli.bench.BenchResult;
import dev.rookery.cli.bench.BenchRun;
import dev.rookery.cli.process.TemporaryFolder;
import dev.rookery.cli.terminal.Terminal;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures a bus. */
@Command(
    name = "bench",
    footer = {
      "",
      "Producers, subscriptions and their handlers run in this process; the bus is where --bus says, or the",
      "embedded log in a temporary folder. Latency is from before the call that publishes (at a --rate: from",
      "when the event was due) until the handler runs. At saturation it is that of the backlog, which --backlog",
      "bounds: compare latencies at a --rate. A warm-up comes before the measurement."
    })
final class Bench extends Verb {
  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "Events a second in all; 0 (the default): as many as it takes.")
  private int rate;

  @Option(names = "--producers", paramLabel = "P", description = "Publishing threads. Default: 1.")
  private int producers = 1;

  @Option(
      names = "--subscriptions",
      paramLabel = "S",
      description = "Each gets every event. Default: 1.")
  private int subscriptions = 1;

  @Option(names = "--size", paramLabel = "B", description = "Bytes of data. Default: 200.")
  private int size = 200;

  @Option(names = "--seconds", paramLabel = "T", description = "How long. Default: 10.")
  private double seconds = 10;

  @Option(names = "--warmup", paramLabel = "T", description = "Seconds before. Default: 3.")
  private double warmUp = 3;

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "Events a call at most. Default: 500 at saturation, else what is due.")
  private int batch;

  @Option(
      names = "--backlog",
      paramLabel = "N",
      description = "Producers wait when a subscription is so far behind. Default: 20000.")
  private long backlog = 20_000;

  Bench(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() throws Exception {
    terminal.interruption().watch();
    Optional<String> named = BusAddress.named(bus, terminal.env());
    if (named.isPresent()) {
      return measure(named.get());
    }
    try (TemporaryFolder folder = TemporaryFolder.create("rookery-bench-")) {
      return measure("file:" + folder.path().resolve("data"));
    }
  }

  private int measure(String address) throws InterruptedException {
    BusConfig settings = busConfig();
    BenchPlan plan =
        new BenchPlan(
            address,
            settings,
            rate,
            producers,
            subscriptions,
            size,
            millis(warmUp),
            millis(seconds),
            batch,
            backlog);
    if (!json) {
      say(address + ": measuring for " + seconds + " s after " + warmUp + " s of warm-up");
    }
    BenchResult result = new BenchRun(plan, terminal.interruption()).run();
    if (json) {
      print(result.json());
    } else {
      result.table().print(terminal);
      if (rate == 0 && subscriptions > 0) {
        say("at saturation the latency is that of the backlog; --rate N measures the bus's own");
      }
    }
    return result.isClean() ? Exit.DONE : Exit.FAILED;
  }

  private static Duration millis(double seconds) {
    return Duration.ofMillis(Math.round(seconds * 1_000));
  }
}
