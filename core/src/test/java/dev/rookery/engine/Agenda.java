package dev.rookery.engine;

import dev.rookery.spi.Environment;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Random;

/** What will happen in a simulated run, and when: time, chance and order, all from one seed. */
final class Agenda implements Environment {
  static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private record Later(Instant at, long number, String what, Runnable action) {}

  private final PriorityQueue<Later> later =
      new PriorityQueue<>(Comparator.comparing(Later::at).thenComparingLong(Later::number));
  private final Random random;
  private Instant now = START;
  private long numbers;
  private long steps;
  private long trace;

  Agenda(long seed) {
    this.random = new Random(seed);
  }

  @Override
  public Instant now() {
    return now;
  }

  @Override
  public long nanoTime() {
    return Duration.between(START, now).toNanos();
  }

  @Override
  public long randomLong() {
    return random.nextLong();
  }

  int random(int bound) {
    return random.nextInt(bound);
  }

  boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  void after(long micros, String what, Runnable action) {
    at(now.plusNanos(micros * 1_000), what, action);
  }

  void at(Instant at, String what, Runnable action) {
    later.add(new Later(at, numbers++, what, action));
  }

  /** The next thing happens; false when nothing is left. */
  boolean step() {
    Later next = later.poll();
    if (next == null) {
      return false;
    }
    now = next.at.isAfter(now) ? next.at : now;
    steps++;
    trace = trace * 31 + next.what.hashCode() + next.at.toEpochMilli();
    next.action.run();
    return true;
  }

  long steps() {
    return steps;
  }

  /** A digest of all that happened, the same whenever the same seed is run. */
  long trace() {
    return trace;
  }
}
