package dev.rookery.client;

import dev.rookery.BusClosed;
import dev.rookery.PublishRejected;
import dev.rookery.Published;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The queue between publishers and the one sender. It is bounded: while the server answers,
 * publishers wait for room; while the server is away, what does not fit is refused at once.
 *
 * <h2>Order</h2>
 *
 * Events leave in the order in which they came, one batch at a time, and a batch is repeated until
 * its fate is known before the next one leaves. So the order of a key holds across repeats.
 */
final class Spool {
  static final int MAX_EVENTS = 10_000;
  static final long MAX_BYTES = 16L << 20;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Condition room = lock.newCondition();
  private final Deque<Pending> waiting = new ArrayDeque<>();
  private List<Pending> sending = List.of();
  private int events;
  private long bytes;
  private boolean away;
  private boolean closing;
  private boolean closed;

  /** Puts an event at the end, or says at once that it is refused. */
  void put(Pending pending) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!closing && !away && isFull(pending)) {
        room.await();
      }
      if (closing) {
        throw new BusClosed("the bus is closed; open it again to publish");
      }
      if (isFull(pending)) {
        pending.complete(new Published.Rejected(full()));
        return;
      }
      waiting.add(pending);
      events++;
      bytes += pending.json().length;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private boolean isFull(Pending pending) {
    return events >= MAX_EVENTS || (events > 0 && bytes + pending.json().length > MAX_BYTES);
  }

  private PublishRejected full() {
    return new PublishRejected(
        "not stored: the server is away and the local spool is full ("
            + events
            + " events, "
            + bytes
            + " bytes); publish again when the server is back");
  }

  /**
   * The next events to send, in order; empty once the spool is closed. What was taken before must
   * be done.
   */
  List<Pending> take(int maxEvents, int maxBytes) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (waiting.isEmpty() && !closed) {
        changed.await();
      }
      List<Pending> batch = new ArrayList<>();
      int size = 2;
      while (!waiting.isEmpty() && batch.size() < maxEvents) {
        int length = waiting.getFirst().json().length + 1;
        if (!batch.isEmpty() && size + length > maxBytes) {
          break;
        }
        size += length;
        batch.add(waiting.removeFirst());
      }
      sending = batch;
      return List.copyOf(batch);
    } finally {
      lock.unlock();
    }
  }

  /** The events that were taken last have met their fate. */
  void sent() {
    lock.lock();
    try {
      sending.forEach(this::leave);
      sending = List.of();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Takes an event back that has not left yet; false when it is too late for that. */
  boolean withdraw(Pending pending) {
    lock.lock();
    try {
      boolean removed = waiting.remove(pending);
      if (removed) {
        leave(pending);
      }
      return removed;
    } finally {
      lock.unlock();
    }
  }

  /** Takes out what waited too long to be sent. */
  List<Pending> takeLate(long now) {
    lock.lock();
    try {
      List<Pending> late = new ArrayList<>();
      while (!waiting.isEmpty() && waiting.getFirst().isLate(now)) {
        late.add(waiting.removeFirst());
      }
      late.forEach(this::leave);
      return late;
    } finally {
      lock.unlock();
    }
  }

  private void leave(Pending pending) {
    events--;
    bytes -= pending.json().length;
    room.signalAll();
  }

  /** Says whether the server is away; those who wait for room hear of it. */
  void away(boolean isAway) {
    lock.lock();
    try {
      away = isAway;
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits before the next try; false when the spool was closed meanwhile. */
  boolean pause(Duration delay) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = delay.toNanos();
      while (left > 0 && !closed) {
        left = changed.awaitNanos(left);
      }
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes nothing more, waits until everything has left, and ends.
   *
   * @return what is left over
   */
  List<Pending> close(Duration limit) {
    lock.lock();
    try {
      closing = true;
      room.signalAll();
      awaitEmpty(limit.toNanos());
      closed = true;
      changed.signalAll();
      List<Pending> rest = new ArrayList<>(sending);
      rest.addAll(waiting);
      waiting.clear();
      return rest;
    } finally {
      lock.unlock();
    }
  }

  private void awaitEmpty(long nanos) {
    long left = nanos;
    try {
      while (events > 0 && left > 0) {
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
