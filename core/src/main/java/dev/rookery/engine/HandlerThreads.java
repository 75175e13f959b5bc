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
import org.jspecify.annotations.Nullable;

/**
 * Runs handlers on virtual threads, as many at once as the subscription allows.
 *
 * <p>A thread takes runs until none is left, and starts another one only if some are left when it
 * takes one, while no other thread is still looking for its first. So quick handlers run on a few
 * threads, and each one that blocks makes room for the next at once.
 */
final class HandlerThreads implements Handlers {
  private final EventHandler handler;
  private final Terms terms;

  private final ConcurrentLinkedQueue<List<Delivery>> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger threads = new AtomicInteger();
  private final AtomicBoolean looking = new AtomicBoolean();
  private final Set<Running> running = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  HandlerThreads(EventHandler handler, Terms terms) {
    this.handler = handler;
    this.terms = terms;
  }

  @Override
  public void add(List<Delivery> run) {
    queue.add(run);
  }

  /** Starts a thread for what was added. */
  @Override
  public void go() {
    if (closed) {
      returnRest();
    } else if (!queue.isEmpty() && !looking.get() && looking.compareAndSet(false, true)) {
      if (threads.incrementAndGet() > terms.concurrency()) {
        threads.decrementAndGet();
        looking.set(false);
        return;
      }
      terms.environment().start("rookery-handler", this::run);
    }
  }

  /** What was added while it closed is not begun either. */
  private void returnRest() {
    List<Position> rest = close();
    if (!rest.isEmpty()) {
      terms.mailbox().post(new Message.Returned(rest));
    }
  }

  private void run() {
    boolean first = true;
    try {
      for (List<Delivery> run = queue.poll(); run != null; run = queue.poll()) {
        if (first) {
          first = false;
          looking.set(false);
        }
        go();
        handle(run);
      }
    } finally {
      if (first) {
        looking.set(false);
      }
      threads.decrementAndGet();
      go();
    }
  }

  private void handle(List<Delivery> run) {
    boolean goOn = true;
    for (int index = 0; goOn && index < run.size(); index++) {
      List<Delivery> left = run.subList(index, run.size());
      while (terms.claimNanosLeft().getAsLong() <= 0 && !closed) {
        LockSupport.parkNanos(CLAIM_CHECK_NANOS);
      }
      if (closed || terms.hasExpired(left)) {
        terms.giveBack(left);
        return;
      }
      goOn = handle(left.getFirst()) instanceof Outcome.Handled;
    }
  }

  private Outcome handle(Delivery delivery) {
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
      outcome = new Outcome.TimedOut(terms.deadline());
    }
    terms
        .mailbox()
        .post(new Message.Result(delivery.position(), delivery.attempt(), outcome, attempt.took()));
    terms.done().accept(new Done(delivery, outcome));
    return outcome;
  }

  @Override
  public long nanosToLook(long now) {
    boolean allBegan = queue.isEmpty() && threads.get() <= running.size();
    long least = allBegan ? Long.MAX_VALUE : terms.deadline().toNanos();
    for (Running attempt : running) {
      least = Math.min(least, attempt.nanosLeft(now));
    }
    return least;
  }

  @Override
  public List<Position> look(long now) {
    List<Position> stuck = new ArrayList<>();
    for (Running attempt : running) {
      if (attempt.nanosLeft(now) <= 0 && attempt.interrupt(now)) {
        stuck.add(attempt.delivery.position());
      }
    }
    return stuck;
  }

  @Override
  public List<Position> close() {
    closed = true;
    List<Position> left = new ArrayList<>();
    for (List<Delivery> run = queue.poll(); run != null; run = queue.poll()) {
      run.forEach(delivery -> left.add(delivery.position()));
    }
    return left;
  }

  @Override
  public void interruptAll() {
    running.forEach(Running::interrupt);
  }

  /** One attempt on its thread. */
  private final class Running {
    private static final long GRACE_NANOS = 1_000_000_000L;

    private final Delivery delivery;
    private final Thread thread;
    private final long began = terms.nanoTime();
    private volatile long since = began;
    private @Nullable Long interruptedAt;
    private boolean reported;
    private boolean ended;

    Running(Delivery delivery, Thread thread) {
      this.delivery = delivery;
      this.thread = thread;
    }

    void working() {
      since = terms.nanoTime();
    }

    Duration took() {
      return Duration.ofNanos(terms.nanoTime() - began);
    }

    synchronized long nanosLeft(long now) {
      if (interruptedAt != null) {
        return reported ? Long.MAX_VALUE : Math.max(0, interruptedAt + GRACE_NANOS - now);
      }
      return terms.deadline().toNanos() - (now - since);
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
