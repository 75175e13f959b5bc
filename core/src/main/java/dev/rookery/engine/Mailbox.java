package dev.rookery.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What waits for a worker: results of attempts, which come in numbers, and other messages. One
 * thread takes.
 */
final class Mailbox {
  private static final int BATCH = 512;

  private final ConcurrentLinkedQueue<Message.Result> results = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<Message> messages = new ConcurrentLinkedQueue<>();
  private volatile boolean sleeping;
  private volatile @Nullable Thread taker;

  void post(Message message) {
    messages.add(message);
    wake();
  }

  void post(Message.Result result) {
    results.add(result);
    wake();
  }

  /** Lets the taker look around. */
  void wake() {
    if (sleeping) {
      LockSupport.unpark(taker);
    }
  }

  /** The next message, null where there is none. */
  @Nullable Message poll() {
    if (!results.isEmpty()) {
      List<Message.Result> batch = new ArrayList<>();
      for (Message.Result result = results.poll(); result != null; result = results.poll()) {
        batch.add(result);
        if (batch.size() == BATCH) {
          break;
        }
      }
      return new Message.Settled(batch);
    }
    return messages.poll();
  }

  /** Waits until something may be there, or the time is over. */
  void await(long nanos) {
    taker = Thread.currentThread();
    sleeping = true;
    if (results.isEmpty() && messages.isEmpty()) {
      LockSupport.parkNanos(this, nanos);
    }
    sleeping = false;
  }
}
