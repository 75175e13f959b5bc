package dev.rookery.client;

import dev.rookery.Causation;
import dev.rookery.Delivery;
import dev.rookery.EventHandler;
import dev.rookery.Outcome;
import dev.rookery.Subscription;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The handlers that run now, each on a virtual thread of its own.
 *
 * <h2>Revoked handlers</h2>
 *
 * A handler whose delivery was revoked is interrupted, but it may go on for a while. Until it has
 * ended, later deliveries of its key wait, so that no key is handled twice at once; they tell the
 * server meanwhile that they are at work.
 */
final class Handlings {
  /** How settlements reach the server. */
  interface Settler {
    void settle(long delivery, Outcome outcome);

    void working(long delivery);
  }

  /** One handler at work. */
  private static final class Handling {
    private final long number;
    private final Delivery delivery;
    private final Settler settler;
    private final CountDownLatch ended = new CountDownLatch(1);
    private @Nullable Thread thread;
    private boolean begun;
    private volatile boolean revoked;

    private Handling(long number, Delivery delivery, Settler settler) {
      this.number = number;
      this.delivery = delivery;
      this.settler = settler;
    }

    private String lane() {
      return delivery.partition() + "\n" + delivery.event().key();
    }
  }

  private final EventHandler handler;
  private final Semaphore permits;
  private final Duration stillWorking;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition allEnded = lock.newCondition();
  private final Map<Long, Handling> running = new HashMap<>();
  private final Map<String, Handling> revokedLanes = new HashMap<>();
  private int alive;

  Handlings(Subscription subscription, EventHandler handler) {
    this.handler = handler;
    this.permits = new Semaphore(subscription.concurrency());
    this.stillWorking = subscription.deadline().dividedBy(3).plusMillis(1);
  }

  void start(long number, Delivery delivery, Settler settler) {
    Handling handling = new Handling(number, delivery, settler);
    Thread thread = Thread.ofVirtual().unstarted(() -> run(handling));
    handling.thread = thread;
    lock.lock();
    try {
      running.put(number, handling);
      alive++;
    } finally {
      lock.unlock();
    }
    thread.start();
  }

  private void run(Handling handling) {
    Outcome outcome;
    try {
      awaitLane(handling);
      permits.acquire();
      try {
        Causation.handling(
            handling.delivery, handler, () -> handling.settler.working(handling.number));
      } finally {
        permits.release();
      }
      outcome = new Outcome.Handled();
    } catch (Throwable e) {
      outcome = Outcome.of(e);
    }
    ended(handling);
    if (!handling.revoked) {
      handling.settler.settle(handling.number, outcome);
    }
  }

  private void awaitLane(Handling handling) throws InterruptedException {
    for (Handling before = begin(handling); before != null; before = begin(handling)) {
      if (!before.ended.await(stillWorking.toNanos(), TimeUnit.NANOSECONDS)) {
        handling.settler.working(handling.number);
      }
    }
  }

  /** The revoked handler that still holds the lane; null when the handler may begin. */
  private @Nullable Handling begin(Handling handling) {
    lock.lock();
    try {
      Handling before = revokedLanes.isEmpty() ? null : revokedLanes.get(handling.lane());
      handling.begun = before == null;
      return before;
    } finally {
      lock.unlock();
    }
  }

  private void ended(Handling handling) {
    lock.lock();
    try {
      running.remove(handling.number, handling);
      if (handling.revoked) {
        revokedLanes.remove(handling.lane(), handling);
      }
      if (--alive == 0) {
        allEnded.signalAll();
      }
    } finally {
      lock.unlock();
    }
    handling.ended.countDown();
  }

  /** Interrupts a handler whose delivery was given to somebody else. */
  void revoke(long number) {
    lock.lock();
    try {
      Handling handling = running.remove(number);
      if (handling != null) {
        revoke(handling);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Interrupts every handler: the connection is lost, and what was out comes again. */
  void revokeAll() {
    lock.lock();
    try {
      running.values().forEach(this::revoke);
      running.clear();
    } finally {
      lock.unlock();
    }
  }

  private void revoke(Handling handling) {
    handling.revoked = true;
    if (handling.begun) {
      revokedLanes.put(handling.lane(), handling);
    }
    if (handling.thread != null) {
      handling.thread.interrupt();
    }
  }

  /** Waits until no handler runs; false when the time ran out before. */
  boolean awaitNone(Duration limit) {
    lock.lock();
    try {
      long left = limit.toNanos();
      while (alive > 0 && left > 0) {
        left = allEnded.awaitNanos(left);
      }
      return alive == 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }
}
