package dev.rookery.cli.demo;

import dev.rookery.DeadLetter;
import dev.rookery.EventBus;
import dev.rookery.Json;
import dev.rookery.Operations;
import dev.rookery.Operations.DeadLetterFilter;
import dev.rookery.Operations.SubscriptionInfo;
import dev.rookery.check.Findings;
import dev.rookery.check.HistoryFile;
import dev.rookery.cli.process.RookeryProcess;
import dev.rookery.cli.terminal.Terminal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import tools.jackson.databind.JsonNode;

/** The demo from the first process to the judgement. */
public final class DemoRun {
  /**
   * A run of a minute is over before the optimizing compiler has paid for itself. What a delivery
   * allocates dies young, if the young generation is large enough to let it.
   */
  private static final List<String> SERVER_JVM =
      List.of("-Xms72m", "-Xmx96m", "-Xmn40m", "-Xss512k", "-XX:TieredStopAtLevel=1");

  private static final Duration DRAIN = Duration.ofSeconds(30);
  private static final Duration LOOK = Duration.ofMillis(100);
  private static final Duration WARM_UP = Duration.ofSeconds(8);
  private static final double WARM_UP_RATE = 120;
  private static final String CORPUS =
      "Contains IRC messages from Kummerfeld et al., A Large-Scale Corpus for Conversation"
          + " Disentanglement, ACL 2019, and Gouravajhala et al., ALTA 2023, CC BY 4.0; changed.";

  private final DemoPlan plan;
  private final Terminal terminal;
  private final Path folder;
  private final DemoScreen screen;
  private final HistoryFolder histories;
  private final LiveFigures figures;

  public DemoRun(DemoPlan plan, Terminal terminal, Path folder, boolean quiet) {
    this.plan = plan;
    this.terminal = terminal;
    this.folder = folder;
    this.screen = new DemoScreen(terminal, quiet);
    this.histories = new HistoryFolder(folder);
    this.figures = new LiveFigures(histories, plan.fleet());
  }

  /** Shows it; throws InterruptedException when it was interrupted. */
  public DemoResult run() throws IOException, InterruptedException {
    Optional<RookeryProcess> server = startServer();
    Crew crew = new Crew(plan, folder, histories);
    Thread watcher = Thread.ofVirtual().start(() -> killWhenInterrupted(crew, server));
    try {
      String address = server.isPresent() ? readyUrl(server.get()) : plan.bus().orElseThrow();
      screen.say("the bus is at " + address + "; starting " + plan.bots() + " bots");
      return withBots(address, crew, server);
    } finally {
      crew.kill();
      if (server.isPresent()) {
        server.get().terminate();
        server.get().end();
      }
      watcher.interrupt();
    }
  }

  /** Whoever waits for one of them to become ready then sees its end. */
  private void killWhenInterrupted(Crew crew, Optional<RookeryProcess> server) {
    try {
      while (!terminal.interruption().await(DRAIN)) {
        // Nobody has asked yet.
      }
      crew.kill();
      server.ifPresent(RookeryProcess::terminate);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Optional<RookeryProcess> startServer() throws IOException {
    String log = plan.bus().orElse("file:" + folder.resolve("data"));
    if (!log.startsWith("file:")) {
      return Optional.empty();
    }
    List<String> arguments = new ArrayList<>(List.of("serve", "--json", "--bus", log));
    arguments.addAll(List.of("--listen", "127.0.0.1:0", "--while-input-open"));
    plan.config().ifPresent(file -> arguments.addAll(List.of("--config", file.toString())));
    return Optional.of(
        RookeryProcess.start(plan.env(), folder.resolve("server.log"), SERVER_JVM, arguments));
  }

  private static String readyUrl(RookeryProcess server) throws IOException {
    JsonNode line = Json.MAPPER.readTree(server.awaitReady());
    return line.required("url").asString();
  }

  private DemoResult withBots(String address, Crew crew, Optional<RookeryProcess> server)
      throws IOException, InterruptedException {
    crew.start(address);
    try (EventBus bus = EventBus.open(address);
        HistoryFile history = histories.open(Feeder.NAME, 1)) {
      crew.awaitReady();
      String run = "demo-" + Long.toString(System.currentTimeMillis(), 36);
      Feeder feeder = new Feeder(bus, history, run);
      FutureTask<Traffic> reading = start("reader", plan::traffic);
      long warmUp = plan.input().isPresent() ? warmUp(feeder, reading, crew) : 0;
      try (Traffic traffic = result(reading)) {
        long input = feed(feeder, traffic, crew);
        drain(bus, crew);
        if (traffic.isOfCorpus()) {
          screen.say(CORPUS);
        }
        Optional<Long> peak = server.flatMap(RookeryProcess::peakBytes);
        Map<String, Set<String>> dead = dead(bus.operations());
        crew.end();
        Findings findings = histories.judge(plan.fleet(), dead);
        return new DemoResult(findings, input, warmUp, histories.owners(), peak);
      }
    }
  }

  /** While the input is read, the processes warm up on a little made-up chat, which counts, too. */
  private long warmUp(Feeder feeder, FutureTask<Traffic> reading, Crew crew)
      throws IOException, InterruptedException {
    Traffic chat = new GeneratedTraffic(0, WARM_UP_RATE);
    return inBackground(
        stop -> {
          long fed = 0;
          do {
            fed += feeder.feed(chat, WARM_UP, stop::get);
          } while (!reading.isDone() && !stop.get());
          return fed;
        },
        task -> {
          while (!task.isDone()) {
            waitABit();
            crew.check();
          }
        });
  }

  private long feed(Feeder feeder, Traffic traffic, Crew crew)
      throws IOException, InterruptedException {
    return inBackground(
        stop -> feeder.feed(traffic, plan.duration(), stop::get), task -> watch(task, crew));
  }

  /** What the feeder's thread does until it has done it or is told to stop. */
  private interface Feeding {
    long until(AtomicBoolean stop) throws IOException;
  }

  /** What the main thread does meanwhile. */
  private interface Watching {
    void over(FutureTask<Long> feeding) throws IOException, InterruptedException;
  }

  private static long inBackground(Feeding feeding, Watching watching)
      throws IOException, InterruptedException {
    AtomicBoolean stop = new AtomicBoolean();
    FutureTask<Long> task = start("feeder", () -> feeding.until(stop));
    try {
      watching.over(task);
      return result(task);
    } finally {
      stop.set(true);
    }
  }

  private static <T> FutureTask<T> start(String name, Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    Thread.ofPlatform().daemon().name(name).start(task);
    return task;
  }

  private static <T> T result(FutureTask<T> task) throws IOException, InterruptedException {
    try {
      return task.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException known -> throw known;
        case IOException known -> throw known;
        case null, default -> throw new IOException("the demo failed: " + e.getCause(), e);
      }
    }
  }

  private void watch(FutureTask<Long> feeding, Crew crew) throws IOException, InterruptedException {
    long began = System.nanoTime();
    Murder murder = new Murder(crew, figures, screen, plan.duration().toNanos() / 2);
    while (!feeding.isDone() || (plan.kill() && !murder.isOver())) {
      waitABit();
      long since = System.nanoTime() - began;
      if (screen.isDue() || (plan.kill() && murder.isWatching(since))) {
        figures.refresh();
      }
      if (plan.kill()) {
        murder.act(since);
      } else {
        crew.check();
      }
      if (screen.isDue()) {
        screen.show(figures, since / 1e9, plan.duration().toMillis() / 1e3);
      }
    }
  }

  private void drain(EventBus bus, Crew crew) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + DRAIN.toNanos();
    while (System.nanoTime() < deadline && lag(bus.operations()) > 0) {
      crew.check();
      waitABit();
    }
  }

  private void waitABit() throws InterruptedException {
    if (terminal.interruption().await(LOOK)) {
      throw new InterruptedException("the demo was interrupted");
    }
  }

  private long lag(Operations operations) {
    Set<String> ours = plan.fleet().subscriptions().keySet();
    return operations.subscriptions().stream()
        .filter(info -> ours.contains(info.definition().name()))
        .mapToLong(SubscriptionInfo::lagEvents)
        .sum();
  }

  private Map<String, Set<String>> dead(Operations operations) {
    Map<String, Set<String>> dead = new HashMap<>();
    List<DeadLetter> page = operations.deadLetters(DeadLetterFilter.ALL);
    while (!page.isEmpty()) {
      for (DeadLetter letter : page) {
        letter
            .event()
            .ifPresent(event ->
                dead.computeIfAbsent(letter.subscription(), _ -> new HashSet<>()).add(event.id()));
      }
      page = operations.deadLetters(DeadLetterFilter.ALL.after(page.getLast().id()));
    }
    return dead;
  }
}
