package dev.rookery.client;

import dev.rookery.client.wire.JsonOut;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be said to the server on one connection. Acknowledgements that come together leave
 * in one frame.
 */
final class Outgoing {
  private static final int ACKS_PER_FRAME = 1_000;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Queue<String> frames = new ArrayDeque<>();
  private long[] acks = new long[64];
  private int ackCount;
  private boolean closed;

  void ack(long delivery) {
    lock.lock();
    try {
      if (ackCount == acks.length) {
        acks = Arrays.copyOf(acks, ackCount * 2);
      }
      acks[ackCount++] = delivery;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  void frame(String json) {
    lock.lock();
    try {
      frames.add(json);
      changed.signal();
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

  /** The next frame; null once closed. Handlers that are about to end go first. */
  @SuppressWarnings("ThreadPriorityCheck") // the yield makes frames fuller, nothing relies on it
  @Nullable String next() throws InterruptedException {
    awaitWork();
    Thread.yield();
    lock.lock();
    try {
      if (closed) {
        return null;
      }
      return ackCount > 0 ? ackFrame() : frames.remove();
    } finally {
      lock.unlock();
    }
  }

  private void awaitWork() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (ackCount == 0 && frames.isEmpty() && !closed) {
        changed.await();
      }
    } finally {
      lock.unlock();
    }
  }

  private String ackFrame() {
    int count = Math.min(ackCount, ACKS_PER_FRAME);
    JsonOut out = new JsonOut(40 + count * 8);
    out.beginObject().member("op", "ack").name("deliveries").beginArray();
    for (int i = 0; i < count; i++) {
      out.number(acks[i]);
    }
    System.arraycopy(acks, count, acks, 0, ackCount - count);
    ackCount -= count;
    return out.endArray().endObject().toString();
  }
}
