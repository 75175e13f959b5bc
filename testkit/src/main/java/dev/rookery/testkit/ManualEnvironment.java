package dev.rookery.testkit;

import dev.rookery.spi.Environment;
import java.time.Duration;
import java.time.Instant;
import java.util.SplittableRandom;

/**
 * An environment whose clocks stand still until they are moved by hand, and whose random numbers
 * come from a seed. May be used by many threads.
 */
public final class ManualEnvironment implements Environment {
  /** Where the wall clock begins. */
  public static final Instant BEGINNING = Instant.parse("2026-03-01T12:00:00Z");

  private final SplittableRandom random;
  private Instant now = BEGINNING;
  private long nanos;

  public ManualEnvironment(long seed) {
    random = new SplittableRandom(seed);
  }

  @Override
  public synchronized Instant now() {
    return now;
  }

  @Override
  public synchronized long nanoTime() {
    return nanos;
  }

  @Override
  public synchronized long randomLong() {
    return random.nextLong();
  }

  /** Lets time pass on both clocks. */
  public synchronized void advance(Duration time) {
    now = now.plus(time);
    nanos += time.toNanos();
  }

  /** Sets the wall clock, forth or back, as an administrator would; the other clock stays. */
  public synchronized void stepTo(Instant time) {
    now = time;
  }
}
