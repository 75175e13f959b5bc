package dev.rookery.verify.architecture.seeded.spi;

import java.time.Instant;

/** Right: the one place that reads the clock. */
public interface Environment {
  Instant now();

  static Environment system() {
    return new Machine();
  }

  /** The machine's own clock. */
  record Machine() implements Environment {
    @Override
    public Instant now() {
      return Instant.now();
    }
  }
}
