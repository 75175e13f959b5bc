package dev.rookery.benchmarks.bus;

import dev.rookery.BusConfig;
import dev.rookery.StreamConfig;
import dev.rookery.Subscription;
import dev.rookery.benchmarks.load.Sample;
import java.util.Optional;

/**
 * How the bus is used: its standard, but for what is named here.
 *
 * @param window deliveries of a subscription that may be running or ready at once
 * @param concurrency handlers of a subscription that run at once
 */
public record BusSettings(int window, int concurrency) {
  private static final long MEMORY_BYTES = 128L << 20;

  Subscription subscription(int number) {
    return Subscription.of("bench-" + number, Sample.TYPE).window(window).concurrency(concurrency);
  }

  /** In memory the stream is bounded, so that long measurements do not fill the heap. */
  static BusConfig inMemory() {
    return BusConfig.standard()
        .with(
            new StreamConfig(
                "bot", 1, Optional.of(StreamConfig.SEVEN_DAYS), Optional.of(MEMORY_BYTES)));
  }
}
