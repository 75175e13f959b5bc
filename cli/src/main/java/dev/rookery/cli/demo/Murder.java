package dev.rookery.cli.demo;

import dev.rookery.cli.process.RookeryProcess;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;

/**
 * Kills the bot that owns the shared subscription with kill -9 in the middle of the run, shows who
 * takes over, and starts the bot again. Asked again and again, it does what is due.
 */
final class Murder {
  private static final long GONE_NANOS = 700_000_000L;

  private final Crew crew;
  private final LiveFigures figures;
  private final DemoScreen screen;
  private final long atNanos;
  private String victim = "";
  private long killedAt;
  private boolean tookOver;
  private Optional<RookeryProcess> returning = Optional.empty();
  private volatile boolean back;

  Murder(Crew crew, LiveFigures figures, DemoScreen screen, long atNanos) {
    this.crew = crew;
    this.figures = figures;
    this.screen = screen;
    this.atNanos = atNanos;
  }

  /** Whether the bot is back. */
  boolean isOver() {
    return back;
  }

  /** Whether the live figures are wanted now, more often than people need them. */
  boolean isWatching(long sinceBegan) {
    return !back && sinceBegan >= atNanos - GONE_NANOS;
  }

  void act(long sinceBegan) throws IOException, InterruptedException {
    if (victim.isEmpty()) {
      if (sinceBegan >= atNanos && !figures.owner().isEmpty()) {
        kill();
      }
      return;
    }
    if (!tookOver && !figures.owner().equals(victim)) {
      tookOver = true;
      screen.say(
          figures.owner()
              + " took over "
              + Fleet.SHARED
              + " from "
              + victim
              + " after "
              + sinceKilled());
    }
    if (returning.isEmpty() && System.nanoTime() - killedAt > GONE_NANOS) {
      returning = Optional.of(crew.start(number()));
      Thread.ofVirtual().start(this::awaitReturn);
    }
  }

  private void kill() throws InterruptedException {
    victim = figures.owner();
    RookeryProcess process = crew.get(number());
    process.kill();
    killedAt = System.nanoTime();
    screen.say(
        "killed "
            + victim
            + " (process "
            + process.pid()
            + ") with kill -9; it owned "
            + Fleet.SHARED);
  }

  private void awaitReturn() {
    try {
      returning.orElseThrow().awaitReady();
      screen.say(victim + " is back after " + sinceKilled());
    } catch (IOException e) {
      screen.say(victim + " did not come back: " + e.getMessage());
    }
    back = true;
  }

  private int number() {
    return Integer.parseInt(victim.substring(victim.indexOf('-') + 1));
  }

  private String sinceKilled() {
    return String.format(Locale.ROOT, "%.2f s", (System.nanoTime() - killedAt) / 1e9);
  }
}
