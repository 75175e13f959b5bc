package dev.rookery.server;

import dev.rookery.Delivery;
import dev.rookery.client.wire.JsonOut;
import dev.rookery.client.wire.ServerFrame;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be written to one client, and the one thread that writes it. Deliveries wait as
 * they are and become JSON when it is their turn, several in one write; there are never more of
 * them than the window. Answers are bounded: a client that does not read them is cut off.
 *
 * <h2>Gathering</h2>
 *
 * Before it takes what waits, the writer lets every other thread that is ready go first: what they
 * have to send goes with it. Under load a write so carries many deliveries, and without load none
 * waits.
 */
final class Outbound implements Runnable {
  private static final int FRAME_BYTES = 64 << 10;
  private static final int FRAME_ITEMS = 256;
  private static final int MAX_ANSWERS = 10_000;
  private static final long WRITE_LIMIT_SECONDS = 30;

  private record Item(long number, Delivery delivery) {}

  private final Session session;
  private final Runnable whenBroken;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Queue<Item> deliveries = new ArrayDeque<>();
  private final Queue<String> answers = new ArrayDeque<>();
  private final JsonOut out = new JsonOut(4_096);
  private boolean delivering;
  private boolean closed;
  private volatile boolean batch;

  /**
   * Writes to a session.
   *
   * @param whenBroken told once, when the client does not take what it is sent
   */
  Outbound(Session session, Runnable whenBroken) {
    this.session = session;
    this.whenBroken = whenBroken;
  }

  /** Whether several deliveries may go in one frame. */
  void batch(boolean several) {
    batch = several;
  }

  /** Lets deliveries out, after the answer to the subscription. */
  void beginDeliveries() {
    lock.lock();
    try {
      delivering = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  void delivery(long number, Delivery delivery) {
    lock.lock();
    try {
      deliveries.add(new Item(number, delivery));
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Adds a frame that is no delivery; it overtakes the deliveries that wait. */
  void answer(String frame) {
    boolean over;
    lock.lock();
    try {
      answers.add(frame);
      over = answers.size() > MAX_ANSWERS;
      changed.signal();
    } finally {
      lock.unlock();
    }
    if (over) {
      broken();
    }
  }

  /** Takes a delivery back that was not written yet. */
  boolean withdraw(long number) {
    lock.lock();
    try {
      return deliveries.removeIf(item -> item.number == number);
    } finally {
      lock.unlock();
    }
  }

  void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  @SuppressWarnings("ThreadPriorityCheck") // the yield makes frames fuller, nothing relies on it
  public void run() {
    List<Item> items = new ArrayList<>();
    try {
      while (awaitWork()) {
        Thread.yield();
        String answer = take(items);
        if (answer != null) {
          await(send(answer));
        } else if (!items.isEmpty()) {
          write(items);
          items.clear();
        }
      }
    } catch (ExecutionException | TimeoutException e) {
      broken();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void broken() {
    close();
    whenBroken.run();
  }

  /** Waits until there is something to write; false once closed. */
  private boolean awaitWork() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!closed && answers.isEmpty() && (!delivering || deliveries.isEmpty())) {
        changed.await();
      }
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  /** The next answer, or null and the next deliveries. */
  private @Nullable String take(List<Item> items) {
    lock.lock();
    try {
      if (!answers.isEmpty()) {
        return answers.remove();
      }
      while (!deliveries.isEmpty() && items.size() < FRAME_ITEMS) {
        items.add(deliveries.remove());
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  private void write(List<Item> items)
      throws ExecutionException, InterruptedException, TimeoutException {
    if (batch && items.size() > 1) {
      writeTogether(items);
      return;
    }
    CompletableFuture<Void> last = CompletableFuture.completedFuture(null);
    int bytes = 0;
    for (Item item : items) {
      out.clear();
      ServerFrame.write(out, item.number, item.delivery, true);
      bytes += out.size();
      last = send(out.toString());
      if (bytes > FRAME_BYTES) {
        await(last);
        bytes = 0;
      }
    }
    await(last);
  }

  private void writeTogether(List<Item> items)
      throws ExecutionException, InterruptedException, TimeoutException {
    int next = 0;
    while (next < items.size()) {
      out.clear();
      out.beginObject().member("op", "events").name("items").beginArray();
      while (next < items.size() && out.size() < FRAME_BYTES) {
        Item item = items.get(next++);
        ServerFrame.write(out, item.number, item.delivery, false);
      }
      await(send(out.endArray().endObject().toString()));
    }
  }

  private CompletableFuture<Void> send(String text) {
    CompletableFuture<Void> sent = new CompletableFuture<>();
    session.sendText(text, Callback.from(() -> sent.complete(null), sent::completeExceptionally));
    return sent;
  }

  private static void await(CompletableFuture<Void> sent)
      throws ExecutionException, InterruptedException, TimeoutException {
    if (sent.isDone()) {
      sent.get();
    } else {
      sent.get(WRITE_LIMIT_SECONDS, TimeUnit.SECONDS);
    }
  }
}
