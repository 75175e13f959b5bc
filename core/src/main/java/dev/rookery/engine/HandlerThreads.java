package dev.rookery.engine;

import dev.rookery.Causation;
import dev.rookery.Delivery;
import dev.rookery.EventHandler;
import dev.rookery.Outcome;
import dev.rookery.Position;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs handlers on virtual threads, as many at once as the subscription allows.
 *
 * <p>A thread takes deliveries until none is left, and starts another one only if some are left
 * when it takes one, while no other thread is still looking for its first. So quick handlers run on
 * a few threads, and each one that blocks makes room for the next at once.
 */
final class HandlerThreads {
  private static final long LEASE_CHECK_NANOS = 20_000_000;

  private final EventHandler handler;
  private final int concurrency;
  private final Duration deadline;
  private final BooleanSupplier mayStart;
  private final Mailbox mailbox;
  private final Consumer<Done> done;

  private final ConcurrentLinkedQueue<Delivery> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger threads = new AtomicInteger();
  private final AtomicBoolean looking = new AtomicBoolean();
  private final Set<Running> running = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /** An attempt that has ended, for counting. */
  record Done(Delivery delivery, Outcome outcome) {}

  /**
   * Threads for one worker.
   *
   * @param mayStart whether the claim is fresh enough to begin a handler
   */
  HandlerThreads(
      EventHandler handler,
      int concurrency,
      Duration deadline,
      BooleanSupplier mayStart,
      Mailbox mailbox,
      Consumer<Done> done) {
    this.handler = handler;
    this.concurrency = concurrency;
    this.deadline = deadline;
    this.mayStart = mayStart;
    this.mailbox = mailbox;
    this.done = done;
  }

  void add(Delivery delivery) {
    queue.add(delivery);
  }

  /** Starts a thread for what was added. */
  void go() {
    if (!closed && !queue.isEmpty() && !looking.get() && looking.compareAndSet(false, true)) {
      if (threads.incrementAndGet() > concurrency) {
        threads.decrementAndGet();
        looking.set(false);
        return;
      }
      Thread.ofVirtual().name("rookery-handler").start(this::run);
    }
  }

  private void run() {
    boolean first = true;
    try {
      for (Delivery delivery = queue.poll(); delivery != null; delivery = queue.poll()) {
        if (first) {
          first = false;
          looking.set(false);
        }
        go();
        handle(delivery);
      }
    } finally {
      if (first) {
        looking.set(false);
      }
      threads.decrementAndGet();
      go();
    }
  }

  private void handle(Delivery delivery) {
    while (!mayStart.getAsBoolean() && !closed) {
      LockSupport.parkNanos(LEASE_CHECK_NANOS);
    }
    if (closed) {
      mailbox.post(new Message.Returned(List.of(delivery.position())));
      return;
    }
    Running attempt = new Running(delivery, Thread.currentThread());
    running.add(attempt);
    Outcome outcome;
    try {
      Causation.handling(delivery, handler, attempt::working);
      outcome = new Outcome.Handled();
    } catch (Throwable thrown) {
      outcome = Outcome.of(thrown);
    }
    running.remove(attempt);
    if (attempt.end()) {
      outcome = new Outcome.TimedOut(deadline);
    }
    mailbox.post(new Message.Result(delivery.position(), delivery.attempt(), outcome));
    done.accept(new Done(delivery, outcome));
  }

  /** Nanoseconds until a handler may have to be interrupted, a long time where none runs. */
  long nanosToDeadline(long now) {
    long least = Long.MAX_VALUE;
    for (Running attempt : running) {
      least = Math.min(least, attempt.nanosLeft(now));
    }
    return least;
  }

  /** Interrupts handlers that are past their deadline; returns those that go on after that. */
  List<Position> interruptLate(long now) {
    List<Position> stuck = new ArrayList<>();
    for (Running attempt : running) {
      if (attempt.nanosLeft(now) <= 0 && attempt.interrupt(now)) {
        stuck.add(attempt.delivery.position());
      }
    }
    return stuck;
  }

  /** Begins nothing more; returns what was not begun. */
  List<Position> close() {
    closed = true;
    List<Position> left = new ArrayList<>();
    for (Delivery delivery = queue.poll(); delivery != null; delivery = queue.poll()) {
      left.add(delivery.position());
    }
    return left;
  }

  void interruptAll() {
    running.forEach(Running::interrupt);
  }

  /** One attempt on its thread. */
  private final class Running {
    private static final long GRACE_NANOS = 1_000_000_000L;

    private final Delivery delivery;
    private final Thread thread;
    private volatile long since = System.nanoTime();
    private @Nullable Long interruptedAt;
    private boolean reported;
    private boolean ended;

    Running(Delivery delivery, Thread thread) {
      this.delivery = delivery;
      this.thread = thread;
    }

    void working() {
      since = System.nanoTime();
    }

    synchronized long nanosLeft(long now) {
      if (interruptedAt != null) {
        return reported ? Long.MAX_VALUE : Math.max(0, interruptedAt + GRACE_NANOS - now);
      }
      return deadline.toNanos() - (now - since);
    }

    /** Interrupts it once; says once, a while later, that it goes on all the same. */
    synchronized boolean interrupt(long now) {
      if (ended || reported) {
        return false;
      }
      if (interruptedAt == null) {
        interruptedAt = now;
        thread.interrupt();
        return false;
      }
      reported = now - interruptedAt >= GRACE_NANOS;
      return reported;
    }

    synchronized void interrupt() {
      if (!ended) {
        thread.interrupt();
      }
    }

    /**
     * Says whether it was interrupted at its deadline, and clears what is left of the interrupt.
     */
    synchronized boolean end() {
      ended = true;
      boolean late = interruptedAt != null;
      if (Thread.interrupted() || late) {
        return late;
      }
      return false;
    }
  }
}
