package dev.rookery.cli.demo;

import dev.rookery.EventBus;
import dev.rookery.check.HistoryFile;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The demo in one process, with bots as threads, for nobody to see. */
public final class Rehearsal {
  private static final int BOTS = 3;
  private static final double RATE = 500;

  private Rehearsal() {}

  /** Plays for so long on a served bus, and writes the histories into the folder. */
  public static void play(String address, Path folder, Duration duration)
      throws IOException, InterruptedException {
    Fleet fleet = new Fleet(BOTS);
    HistoryFolder histories = new HistoryFolder(folder);
    LiveFigures figures = new LiveFigures(histories, fleet);
    List<OutputStream> ends = new ArrayList<>();
    List<Thread> bots = new ArrayList<>();
    for (int number = 1; number <= BOTS; number++) {
      PipedOutputStream end = new PipedOutputStream();
      PipedInputStream in = new PipedInputStream(end);
      BotPlan plan = new BotPlan(address, number, BOTS, histories.file(Fleet.name(number), 1));
      ends.add(end);
      bots.add(Thread.ofPlatform().start(() -> run(plan, in)));
    }
    try (EventBus bus = EventBus.open(address);
        Traffic traffic = new GeneratedTraffic(0, RATE);
        HistoryFile history = histories.open(Feeder.NAME, 1)) {
      new Feeder(bus, history, "rehearsal").feed(traffic, duration, () -> false);
      figures.refresh();
    }
    for (OutputStream end : ends) {
      end.close();
    }
    for (Thread bot : bots) {
      bot.join();
    }
    histories.judge(fleet, Map.of());
  }

  private static void run(BotPlan plan, PipedInputStream in) {
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    try {
      Bot.run(plan, in, nowhere);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
