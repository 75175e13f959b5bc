package dev.rookery.verify;

import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.Receipt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Publishes for some keys at once, each in order, until it is closed. */
final class Feeder implements AutoCloseable {
  private static final Duration PAUSE = Duration.ofMillis(10);

  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean over;
  private volatile @Nullable Throwable failure;

  Feeder(History history, EventBus bus, int keys) {
    this(history, bus::publish, keys);
  }

  Feeder(History history, Function<Draft, Receipt> publisher, int keys) {
    for (int n = 0; n < keys; n++) {
      String key = "k" + n;
      threads.add(Thread.ofVirtual().name("feeder").start(() -> feed(history, publisher, key)));
    }
  }

  private void feed(History history, Function<Draft, Receipt> publisher, String key) {
    try {
      while (!over) {
        history.publish(publisher, history.next("user.said", key));
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    } catch (RuntimeException e) {
      failure = e;
    }
  }

  /** Waits for what is under way; fails when a publish failed. */
  @Override
  public void close() {
    over = true;
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    if (failure != null) {
      throw new AssertionError("a publish failed", failure);
    }
  }
}
