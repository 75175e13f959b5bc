package dev.rookery.cli.demo;

import dev.rookery.cli.process.RookeryProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The bot processes. */
final class Crew {
  private static final List<String> JVM = List.of("-Xmx32m", "-Xss512k", "-XX:TieredStopAtLevel=1");

  private final DemoPlan plan;
  private final String address;
  private final Path folder;
  private final HistoryFolder histories;
  private final Map<Integer, RookeryProcess> bots = new TreeMap<>();
  private final Map<Integer, Integer> starts = new TreeMap<>();

  Crew(DemoPlan plan, String address, Path folder, HistoryFolder histories) {
    this.plan = plan;
    this.address = address;
    this.folder = folder;
    this.histories = histories;
  }

  /** Starts all of them, side by side, and waits until all are ready. */
  void start() throws IOException {
    for (int number = 1; number <= plan.bots(); number++) {
      start(number);
    }
    for (RookeryProcess bot : bots.values()) {
      bot.awaitReady();
    }
  }

  /** Starts one, also one that was killed; it has still to become ready. */
  RookeryProcess start(int number) throws IOException {
    int start = starts.merge(number, 1, Integer::sum);
    String name = Fleet.name(number);
    List<String> arguments = new ArrayList<>(List.of("demo-bot", "--bus", address));
    arguments.addAll(List.of("--number", "" + number, "--bots", "" + plan.bots()));
    arguments.addAll(List.of("--history", histories.file(name, start).toString()));
    Path errors = folder.resolve(name + "." + start + ".log");
    RookeryProcess bot = RookeryProcess.start(plan.env(), errors, JVM, arguments);
    bots.put(number, bot);
    return bot;
  }

  RookeryProcess get(int number) {
    RookeryProcess bot = bots.get(number);
    if (bot == null) {
      throw new IllegalArgumentException("there is no " + Fleet.name(number));
    }
    return bot;
  }

  /** Says which bot ended although nobody told it to. */
  void check() throws IOException {
    for (Map.Entry<Integer, RookeryProcess> bot : bots.entrySet()) {
      if (!bot.getValue().isAlive()) {
        throw new IOException(
            Fleet.name(bot.getKey()) + " ended by itself: " + bot.getValue().lastWords());
      }
    }
  }

  /** Lets each finish what it handles. */
  void end() throws InterruptedException {
    bots.values().forEach(RookeryProcess::release);
    for (RookeryProcess bot : bots.values()) {
      bot.end();
    }
  }

  /** Ends them at once. */
  void kill() throws InterruptedException {
    for (RookeryProcess bot : bots.values()) {
      bot.kill();
    }
  }
}
