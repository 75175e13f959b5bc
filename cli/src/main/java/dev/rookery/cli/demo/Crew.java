package dev.rookery.cli.demo;

import dev.rookery.cli.process.RookeryProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** The bot processes. */
final class Crew {
  /** A bot needs no second core: waking one for each event would cost more than it handles. */
  private static final List<String> JVM =
      List.of("-Xmx32m", "-Xss512k", "-Djdk.virtualThreadScheduler.parallelism=1");

  private final DemoPlan plan;
  private final Path folder;
  private final HistoryFolder histories;
  private final Map<Integer, RookeryProcess> bots = new ConcurrentSkipListMap<>();
  private final Map<Integer, Integer> starts = new TreeMap<>();
  private volatile String address = "";
  private volatile boolean over;

  Crew(DemoPlan plan, Path folder, HistoryFolder histories) {
    this.plan = plan;
    this.folder = folder;
    this.histories = histories;
  }

  /** Starts all of them, side by side, on a bus. */
  void start(String busAddress) throws IOException {
    address = busAddress;
    for (int number = 1; number <= plan.bots(); number++) {
      start(number);
    }
  }

  void awaitReady() throws IOException {
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
    if (over) {
      bot.terminate();
    }
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

  /** Ends them at once, those too that are just being started. */
  void kill() throws InterruptedException {
    over = true;
    for (RookeryProcess bot : bots.values()) {
      bot.kill();
    }
  }
}
