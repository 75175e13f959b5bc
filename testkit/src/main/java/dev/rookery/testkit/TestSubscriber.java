package dev.rookery.testkit;

import dev.rookery.Causation;
import dev.rookery.Delivery;
import dev.rookery.EventBus;
import dev.rookery.EventHandler;
import dev.rookery.Outcome;
import dev.rookery.Subscriber;
import dev.rookery.Subscription;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * A subscriber whose handler is watched, and to which faults happen.
 *
 * <p>Each crash ends a life. The next one begins when no handler of the last is at work any more,
 * since a process that was killed runs none.
 */
final class TestSubscriber implements Subscriber {
  private static final Duration FOR_EVER = Duration.ofDays(10_000);

  /** What the subscribers of a bus share. */
  record Surroundings(
      EventBus engine, VirtualTime time, List<Fault.Script> scripts, List<Attempt> attempts) {}

  /** A handler at work. */
  record Running(Delivery delivery, Instant begun, Thread thread) {}

  private final Surroundings around;
  private final VirtualTime time;
  private final Subscription subscription;
  private final EventHandler handler;
  private final Set<Running> running = new LinkedHashSet<>();
  private @Nullable Subscriber inner;
  private int life;
  private boolean dead;
  private boolean closed;

  TestSubscriber(Surroundings around, Subscription subscription, EventHandler handler) {
    this.around = around;
    this.time = around.time();
    this.subscription = subscription;
    this.handler = handler;
  }

  synchronized void start() {
    int mine = ++life;
    dead = false;
    inner =
        around
            .engine()
            .subscribe(
                subscription,
                EventHandler.ofDeliveries(
                    (delivery, progress) -> handle(delivery, progress, mine)));
  }

  // ---- handling

  private void handle(Delivery delivery, EventHandler.Progress progress, int mine)
      throws Exception {
    Running attempt = enter(delivery, mine);
    try {
      if (wanted(Fault.Kind.REORDER, delivery).isPresent()) {
        time.hold(delivery);
      }
      if (happens(Fault.Kind.CRASH_BEFORE_EFFECT, delivery)) {
        throw crashed(mine);
      }
      perform(delivery, progress);
      if (happens(Fault.Kind.DUPLICATE, delivery)) {
        Causation.handling(delivery, EventHandler.ofDeliveries(this::perform), progress);
      }
      if (happens(Fault.Kind.DROP_SETTLEMENT, delivery)) {
        time.sleep(FOR_EVER);
      }
      if (happens(Fault.Kind.CRASH_AFTER_EFFECT, delivery)) {
        throw crashed(mine);
      }
      if (happens(Fault.Kind.CRASH_BEFORE_SAVE, delivery)) {
        time.set(1, () -> crash(mine));
      }
    } finally {
      leave(attempt);
    }
  }

  private void perform(Delivery delivery, EventHandler.Progress progress) throws Exception {
    Instant begun = time.now();
    Outcome outcome = new Outcome.Handled();
    try {
      handler.handle(delivery, progress);
    } catch (Throwable thrown) {
      outcome = Outcome.of(thrown);
      throw thrown;
    } finally {
      around.attempts().add(new Attempt(delivery, begun, time.now(), outcome));
    }
  }

  private synchronized Running enter(Delivery delivery, int mine) {
    if (mine != life || dead) {
      throw new CancellationException("the subscriber has crashed");
    }
    Running attempt = new Running(delivery, time.now(), Thread.currentThread());
    running.add(attempt);
    return attempt;
  }

  private synchronized void leave(Running attempt) {
    running.remove(attempt);
    reviveWhenQuiet();
  }

  private Optional<Fault.Script> wanted(Fault.Kind kind, Delivery delivery) {
    return around.scripts().stream()
        .filter(script -> script.kind() == kind && script.wants(delivery))
        .findFirst();
  }

  private boolean happens(Fault.Kind kind, Delivery delivery) {
    return around.scripts().stream()
        .anyMatch(script -> script.kind() == kind && script.wants(delivery) && script.take());
  }

  // ---- crashing

  private CancellationException crashed(int mine) {
    crash(mine);
    return new CancellationException("the subscriber has crashed");
  }

  private void crash(int mine) {
    Subscriber dying;
    synchronized (this) {
      if (mine != life || closed || inner == null) {
        return;
      }
      life++;
      dying = inner;
    }
    dying.abandon();
    synchronized (this) {
      dead = true;
      reviveWhenQuiet();
    }
  }

  private void reviveWhenQuiet() {
    if (dead && !closed && running.isEmpty()) {
      start();
    }
  }

  // ---- for the bus

  synchronized boolean isOpen() {
    return !closed;
  }

  synchronized List<Running> running() {
    return List.copyOf(running);
  }

  // ---- as a subscriber

  private synchronized Subscriber inner() {
    if (inner == null) {
      throw new IllegalStateException("the subscriber was not started");
    }
    return inner;
  }

  private synchronized Subscriber closing() {
    closed = true;
    return inner();
  }

  @Override
  public Subscription subscription() {
    return subscription;
  }

  @Override
  public String state() {
    return inner().state();
  }

  @Override
  public boolean awaitEnd(Duration limit) throws InterruptedException {
    return inner().awaitEnd(limit);
  }

  @Override
  public boolean drain(Duration limit) {
    return closing().drain(limit);
  }

  @Override
  public void abandon() {
    closing().abandon();
  }
}
