package dev.rookery.verify;

import dev.rookery.spi.Environment;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** The machine's own environment, but somebody sets its wall clock. */
class SteppingClock implements Environment {
  private final Environment system = Environment.system();
  private final AtomicLong offset = new AtomicLong();

  /** Sets the wall clock forth, or back where negative. */
  void step(Duration by) {
    offset.addAndGet(by.toNanos());
  }

  Duration offset() {
    return Duration.ofNanos(offset.get());
  }

  @Override
  public Instant now() {
    return system.now().plusNanos(offset.get());
  }

  @Override
  public long nanoTime() {
    return system.nanoTime();
  }

  @Override
  public long randomLong() {
    return system.randomLong();
  }
}
