package dev.rookery.client;

import dev.rookery.Causation;
import dev.rookery.Delivery;
import dev.rookery.EventHandler;
import dev.rookery.Outcome;
import dev.rookery.Subscription;
import dev.rookery.client.wire.ServerFrame.Sent;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The handlers that run now: each run of a key one delivery after the other, until one is not
 * handled.
 *
 * <p>A virtual thread takes runs until none is left, and starts another one only if some are left
 * when it takes one, while no other is still looking for its first. So quick handlers run on a few
 * threads, and each one that blocks makes room for the next at once.
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

  /** Deliveries of one key that came together; the first of those that are left is at work. */
  private static final class Run {
    private final String lane;
    private final Settler settler;
    private final ArrayDeque<Sent> left = new ArrayDeque<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private @Nullable Thread thread;
    private boolean begun;
    private boolean revoked;

    private Run(String lane, Settler settler) {
      this.lane = lane;
      this.settler = settler;
    }
  }

  private final EventHandler handler;
  private final Semaphore permits;
  private final Duration stillWorking;
  private final Queue<Run> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean looking = new AtomicBoolean();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition allEnded = lock.newCondition();
  private final Map<Long, Run> open = new HashMap<>();
  private final Map<String, Run> revokedLanes = new HashMap<>();
  private int alive;

  Handlings(Subscription subscription, EventHandler handler) {
    this.handler = handler;
    this.permits = new Semaphore(subscription.concurrency());
    this.stillWorking = subscription.deadline().dividedBy(3).plusMillis(1);
  }

  /** Begins what came in one frame. */
  void start(List<Sent> frame, Settler settler) {
    Map<String, Run> runs = new LinkedHashMap<>();
    for (Sent sent : frame) {
      runs.computeIfAbsent(lane(sent.delivery()), lane -> new Run(lane, settler)).left.add(sent);
    }
    lock.lock();
    try {
      for (Run run : runs.values()) {
        run.left.forEach(sent -> open.put(sent.number(), run));
        alive++;
      }
    } finally {
      lock.unlock();
    }
    waiting.addAll(runs.values());
    go();
  }

  private void go() {
    if (!waiting.isEmpty() && !looking.get() && looking.compareAndSet(false, true)) {
      Thread.ofVirtual().name("rookery-handler").start(this::runAll);
    }
  }

  private void runAll() {
    Run run = waiting.poll();
    looking.set(false);
    for (; run != null; run = waiting.poll()) {
      go();
      run(run);
    }
    go();
  }

  private static String lane(Delivery delivery) {
    return delivery.partition() + "\n" + delivery.event().key();
  }

  private void run(Run run) {
    try {
      enter(run);
      awaitLane(run);
      permits.acquire();
      try {
        for (Sent sent = next(run); sent != null; sent = next(run)) {
          settle(run, sent, handle(run, sent));
        }
      } finally {
        permits.release();
      }
    } catch (InterruptedException e) {
      // It was revoked before it began.
    } finally {
      ended(run);
    }
  }

  /** From here on a revocation interrupts the thread. */
  private void enter(Run run) throws InterruptedException {
    lock.lock();
    try {
      if (run.revoked) {
        throw new InterruptedException();
      }
      run.thread = Thread.currentThread();
    } finally {
      lock.unlock();
    }
  }

  private Outcome handle(Run run, Sent sent) {
    try {
      Causation.handling(sent.delivery(), handler, () -> run.settler.working(sent.number()));
      return new Outcome.Handled();
    } catch (Throwable e) {
      return Outcome.of(e);
    }
  }

  private void awaitLane(Run run) throws InterruptedException {
    for (Run before = begin(run); before != null; before = begin(run)) {
      if (!before.ended.await(stillWorking.toNanos(), TimeUnit.NANOSECONDS)) {
        Sent waiting = next(run);
        if (waiting != null) {
          run.settler.working(waiting.number());
        }
      }
    }
  }

  /** The revoked run that still holds the lane; null when this one may begin. */
  private @Nullable Run begin(Run run) {
    lock.lock();
    try {
      Run before = revokedLanes.isEmpty() ? null : revokedLanes.get(run.lane);
      run.begun = before == null;
      return before;
    } finally {
      lock.unlock();
    }
  }

  /** The delivery whose turn it is; null where none is left. */
  private @Nullable Sent next(Run run) {
    lock.lock();
    try {
      return run.revoked ? null : run.left.peekFirst();
    } finally {
      lock.unlock();
    }
  }

  /** Tells the server, unless it has taken the delivery back. */
  private void settle(Run run, Sent sent, Outcome outcome) {
    lock.lock();
    try {
      if (run.revoked) {
        return;
      }
      boolean _ = Thread.interrupted();
      open.remove(sent.number());
      run.left.removeFirst();
      if (!(outcome instanceof Outcome.Handled)) {
        forget(run);
      }
    } finally {
      lock.unlock();
    }
    run.settler.settle(sent.number(), outcome);
  }

  /** What is left of the run is not handled; it comes again. */
  private void forget(Run run) {
    run.left.forEach(sent -> open.remove(sent.number()));
    run.left.clear();
  }

  private void ended(Run run) {
    lock.lock();
    try {
      if (run.revoked) {
        revokedLanes.remove(run.lane, run);
      }
      run.thread = null;
      boolean _ = Thread.interrupted();
      if (--alive == 0) {
        allEnded.signalAll();
      }
    } finally {
      lock.unlock();
    }
    run.ended.countDown();
  }

  /** The server has taken a delivery back: it is interrupted, or not begun. */
  void revoke(long number) {
    lock.lock();
    try {
      Run run = open.get(number);
      if (run == null) {
        return;
      }
      Sent first = run.left.peekFirst();
      if (first != null && first.number() == number) {
        revoke(run);
      } else {
        open.remove(number);
        run.left.removeIf(sent -> sent.number() == number);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Interrupts every handler: the connection is lost, and what was out comes again. */
  void revokeAll() {
    lock.lock();
    try {
      Set.copyOf(open.values()).forEach(this::revoke);
    } finally {
      lock.unlock();
    }
  }

  private void revoke(Run run) {
    run.revoked = true;
    forget(run);
    if (run.begun) {
      revokedLanes.put(run.lane, run);
    }
    if (run.thread != null) {
      run.thread.interrupt();
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
