package dev.rookery.verify.architecture.seeded.memory;

import java.time.Clock;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;

/** Wrong, but for the two that are handed a clock and a seed. */
final class Machine {
  Instant time() {
    return Instant.now();
  }

  Instant timeOf(Clock clock) {
    return Instant.now(clock);
  }

  long millis() {
    return System.currentTimeMillis();
  }

  void sleep() throws InterruptedException {
    Thread.sleep(1);
  }

  Random dice() {
    return new Random();
  }

  Random diceOf(long seed) {
    return new Random(seed);
  }

  UUID id() {
    return UUID.randomUUID();
  }
}
