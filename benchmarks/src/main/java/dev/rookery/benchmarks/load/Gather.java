package dev.rookery.benchmarks.load;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Lets what several callers store travel together: one thread takes all that waits, stores it at
 * once, and lets the callers go on. While it stores, the next group gathers.
 */
public final class Gather<T> implements AutoCloseable {
  private static final int GROUP = 4_096;

  private final Store<T> store;
  private final LinkedBlockingQueue<Waiting<T>> queue = new LinkedBlockingQueue<>();
  private final Thread thread;
  private volatile boolean closed;

  /** Stores a group, in order, all or none. */
  @FunctionalInterface
  public interface Store<T> {
    void store(List<T> group) throws Exception;
  }

  private static final class Waiting<T> {
    final List<T> items;
    final CountDownLatch done = new CountDownLatch(1);
    @Nullable Exception failure;

    Waiting(List<T> items) {
      this.items = items;
    }
  }

  public Gather(String name, Store<T> store) {
    this.store = store;
    this.thread = Thread.ofPlatform().daemon().name(name).start(this::run);
  }

  /** Stores the items together with those of other callers. */
  public void store(List<T> items) throws Exception {
    Waiting<T> waiting = new Waiting<>(items);
    queue.add(waiting);
    waiting.done.await();
    Exception failure = waiting.failure;
    if (failure != null) {
      throw failure;
    }
  }

  /** Callers whose items no group has yet. */
  int waiting() {
    return queue.size();
  }

  private void run() {
    List<Waiting<T>> group = new ArrayList<>();
    try {
      while (!closed) {
        group.add(queue.take());
        int size = group.getFirst().items.size();
        for (Waiting<T> next = queue.peek(); next != null && size < GROUP; next = queue.peek()) {
          group.add(queue.remove());
          size += next.items.size();
        }
        commit(group);
        group.clear();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void commit(List<Waiting<T>> group) {
    @Nullable Exception failure = null;
    try {
      store.store(group.stream().flatMap(waiting -> waiting.items.stream()).toList());
    } catch (Exception e) {
      failure = e;
    }
    for (Waiting<T> waiting : group) {
      waiting.failure = failure;
      waiting.done.countDown();
    }
  }

  /** Ends the thread; nobody is storing any more. */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    Threads.join(thread);
  }
}
