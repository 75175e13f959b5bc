package dev.rookery.engine;

import dev.rookery.Delivery;
import dev.rookery.Outcome;
import dev.rookery.Position;
import dev.rookery.RunHandler;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Hands runs to a {@link RunHandler} and watches their deadlines. What is out and not begun is
 * taken back when the claim is no longer fresh, as it would not be begun on a thread of our own.
 */
final class HandedRuns implements Handlers {
  private final RunHandler handler;
  private final Terms terms;

  private final Queue<List<Delivery>> waiting = new ArrayDeque<>();
  private final Set<Out> out = new LinkedHashSet<>();
  private boolean closed;

  HandedRuns(RunHandler handler, Terms terms) {
    this.handler = handler;
    this.terms = terms;
  }

  @Override
  public synchronized void add(List<Delivery> run) {
    if (closed) {
      terms.giveBack(run);
    } else {
      waiting.add(run);
    }
  }

  @Override
  public void go() {
    for (Out next = next(); next != null; next = next()) {
      handler.take(next);
    }
  }

  private synchronized @Nullable Out next() {
    while (!waiting.isEmpty() && terms.hasExpired(waiting.peek())) {
      terms.giveBack(waiting.remove());
    }
    if (closed
        || waiting.isEmpty()
        || out.size() >= terms.concurrency()
        || terms.claimNanosLeft().getAsLong() <= 0) {
      return null;
    }
    Out next = new Out(waiting.remove());
    out.add(next);
    return next;
  }

  @Override
  public synchronized long nanosToLook(long now) {
    long claimLeft = Math.max(0, terms.claimNanosLeft().getAsLong());
    long least = waiting.isEmpty() || claimLeft > 0 ? Long.MAX_VALUE : CLAIM_CHECK_NANOS;
    for (Out run : out) {
      least = Math.min(least, run.nanosLeft(now));
      if (run.deliveries.size() - run.begun > 1) {
        least = Math.min(least, claimLeft);
      }
    }
    return least;
  }

  @Override
  public List<Position> look(long now) {
    for (Out run : snapshot()) {
      run.look(now);
    }
    go();
    return List.of();
  }

  private synchronized List<Out> snapshot() {
    return List.copyOf(out);
  }

  @Override
  public synchronized List<Position> close() {
    closed = true;
    List<Position> left = waiting.stream().flatMap(List::stream).map(Delivery::position).toList();
    waiting.clear();
    return left;
  }

  @Override
  public void interruptAll() {
    snapshot().forEach(Out::interrupt);
  }

  /**
   * A run that is out. Results are posted under the lock, since the worker takes them in the order
   * of the run.
   */
  private final class Out implements RunHandler.Run {
    private List<Delivery> deliveries;
    private int begun;
    private long since = terms.nanoTime();

    /** Since when the delivery has its turn, however often it said that it is at work. */
    private long turn = since;

    private Out(List<Delivery> deliveries) {
      this.deliveries = deliveries;
    }

    @Override
    public List<Delivery> deliveries() {
      synchronized (HandedRuns.this) {
        return deliveries;
      }
    }

    private boolean isOpen(int index) {
      return index == begun && out.contains(this);
    }

    private long nanosLeft(long now) {
      return terms.deadline().toNanos() - (now - since);
    }

    @Override
    public boolean working(int index) {
      synchronized (HandedRuns.this) {
        if (!isOpen(index)) {
          return false;
        }
        since = terms.nanoTime();
        return true;
      }
    }

    @Override
    public boolean settle(int index, Outcome outcome) {
      boolean over;
      synchronized (HandedRuns.this) {
        if (!isOpen(index)) {
          return false;
        }
        over = settled(outcome);
      }
      if (over) {
        go();
      }
      return true;
    }

    /** Takes the outcome of the delivery whose turn it is; says whether the run is over. */
    private boolean settled(Outcome outcome) {
      Delivery delivery = deliveries.get(begun++);
      boolean over = begun == deliveries.size() || !(outcome instanceof Outcome.Handled);
      if (over) {
        out.remove(this);
      }
      since = terms.nanoTime();
      Duration took = Duration.ofNanos(since - turn);
      turn = since;
      terms
          .mailbox()
          .post(new Message.Result(delivery.position(), delivery.attempt(), outcome, took));
      terms.done().accept(new Done(delivery, outcome));
      return over;
    }

    private void look(long now) {
      int from;
      synchronized (HandedRuns.this) {
        if (nanosLeft(now) <= 0) {
          from = end(new Outcome.TimedOut(terms.deadline()));
        } else if (terms.claimNanosLeft().getAsLong() <= 0) {
          from = takeBackRest();
        } else {
          return;
        }
      }
      handler.revoked(this, from);
    }

    private void interrupt() {
      int from;
      synchronized (HandedRuns.this) {
        from = end(Outcome.of(new InterruptedException()));
      }
      handler.revoked(this, from);
    }

    /** Ends the run at the delivery whose turn it is, and returns its index. */
    private int end(Outcome outcome) {
      int from = begun;
      if (out.remove(this)) {
        settled(outcome);
      }
      return from;
    }

    /** Takes back what is behind the delivery whose turn it is; returns the first index of it. */
    private int takeBackRest() {
      int from = Math.min(begun + 1, deliveries.size());
      List<Delivery> rest = deliveries.subList(from, deliveries.size());
      if (!rest.isEmpty()) {
        terms.giveBack(rest);
        deliveries = deliveries.subList(0, from);
      }
      return from;
    }
  }
}
