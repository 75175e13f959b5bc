package dev.rookery.server;

import dev.rookery.Delivery;
import dev.rookery.client.wire.JsonOut;
import dev.rookery.client.wire.ServerFrame;
import dev.rookery.spi.SerialWork;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be written to one client, by one thread at a time. Deliveries wait as they are and
 * become JSON when it is their turn, several in one write; there are never more of them than the
 * window. Answers are bounded: a client that does not read them is cut off.
 *
 * <h2>Gathering</h2>
 *
 * Writing begins behind every other thread that is ready, and what those have to send goes with it.
 * Under load a write so carries many deliveries, and without load none waits.
 */
final class Outbound {
  private static final int FRAME_BYTES = 64 << 10;
  private static final int FRAME_ITEMS = 256;
  private static final int MAX_ANSWERS = 10_000;
  private static final long WRITE_LIMIT_SECONDS = 30;

  /** Deliveries of one key with numbers that follow each other, which stay in one frame. */
  private record Run(long first, List<Delivery> deliveries) {
    private boolean holds(long number) {
      return first <= number && number < first + deliveries.size();
    }
  }

  private final Session session;
  private final Runnable whenBroken;
  private final ReentrantLock lock = new ReentrantLock();
  private final SerialWork writing = new SerialWork("rookery-socket-write", this::write);
  private final Queue<Run> runs = new ArrayDeque<>();
  private final Queue<String> answers = new ArrayDeque<>();
  private final JsonOut out = new JsonOut(4_096);
  private boolean delivering;
  private volatile boolean closed;
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
    } finally {
      lock.unlock();
    }
    writing.ask();
  }

  /** Adds deliveries of one key, with the number of the first. */
  void run(long first, List<Delivery> deliveries) {
    lock.lock();
    try {
      runs.add(new Run(first, deliveries));
    } finally {
      lock.unlock();
    }
    writing.ask();
  }

  /** Adds a frame that is no delivery; it overtakes the deliveries that wait. */
  void answer(String frame) {
    boolean over;
    lock.lock();
    try {
      answers.add(frame);
      over = answers.size() > MAX_ANSWERS;
    } finally {
      lock.unlock();
    }
    writing.ask();
    if (over) {
      broken();
    }
  }

  /** Takes a delivery back that was not written yet, and those of its run behind it. */
  boolean withdraw(long number) {
    lock.lock();
    try {
      Optional<Run> holder = runs.stream().filter(run -> run.holds(number)).findFirst();
      holder.ifPresent(run -> {
        runs.remove(run);
        if (number > run.first) {
          runs.add(new Run(run.first, run.deliveries.subList(0, (int) (number - run.first))));
        }
      });
      return holder.isPresent();
    } finally {
      lock.unlock();
    }
  }

  void close() {
    closed = true;
  }

  private void write() {
    List<Run> taken = new ArrayList<>();
    try {
      for (String answer = take(taken);
          !closed && (answer != null || !taken.isEmpty());
          answer = take(taken)) {
        if (answer != null) {
          await(send(answer));
        } else {
          write(taken);
          taken.clear();
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

  /** The next answer, or null and the next deliveries. */
  private @Nullable String take(List<Run> taken) {
    lock.lock();
    try {
      if (!answers.isEmpty()) {
        return answers.remove();
      }
      int count = 0;
      while (delivering && !runs.isEmpty() && count < FRAME_ITEMS) {
        Run run = runs.remove();
        count += run.deliveries.size();
        taken.add(run);
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  private void write(List<Run> taken)
      throws ExecutionException, InterruptedException, TimeoutException {
    if (batch && (taken.size() > 1 || taken.getFirst().deliveries.size() > 1)) {
      writeTogether(taken);
      return;
    }
    CompletableFuture<Void> last = CompletableFuture.completedFuture(null);
    int bytes = 0;
    for (Run run : taken) {
      out.clear();
      ServerFrame.write(out, run.first, run.deliveries.getFirst(), true);
      bytes += out.size();
      last = send(out.toString());
      if (bytes > FRAME_BYTES) {
        await(last);
        bytes = 0;
      }
    }
    await(last);
  }

  private void writeTogether(List<Run> taken)
      throws ExecutionException, InterruptedException, TimeoutException {
    int next = 0;
    while (next < taken.size()) {
      out.clear();
      out.beginObject().member("op", "events").name("items").beginArray();
      while (next < taken.size() && out.size() < FRAME_BYTES) {
        Run run = taken.get(next++);
        long number = run.first;
        for (Delivery delivery : run.deliveries) {
          ServerFrame.write(out, number++, delivery, false);
        }
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
