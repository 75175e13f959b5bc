package dev.rookery.benchmarks.redis;

import dev.rookery.benchmarks.load.Threads;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Settles in batches what is handled one by one: a thread settles all that waits, and while it does
 * the next batch gathers.
 */
final class Settling<I> {
  private static final int LOOK_MILLIS = 20;

  private final LinkedBlockingQueue<I> queue = new LinkedBlockingQueue<>();
  private final Consumer<List<I>> settle;
  private final Thread thread;
  private volatile boolean stopped;

  Settling(String name, Consumer<List<I>> settle) {
    this.settle = settle;
    this.thread = Thread.ofPlatform().daemon().name(name).start(this::run);
  }

  void handled(I id) {
    queue.add(id);
  }

  private void run() {
    List<I> batch = new ArrayList<>();
    try {
      while (!stopped || !queue.isEmpty()) {
        I first = queue.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        if (first != null) {
          batch.add(first);
          queue.drainTo(batch, GroupClient.BATCH - 1);
          settle.accept(batch);
          batch.clear();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Settles the rest and ends; nothing is handled any more. */
  void stop() {
    stopped = true;
    Threads.join(thread);
  }
}
