package dev.rookery.engine;

import dev.rookery.Catalogue;
import dev.rookery.DeadLetter;
import dev.rookery.Event;
import dev.rookery.EventHandler;
import dev.rookery.Outcome;
import dev.rookery.Pace;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.RunHandler;
import dev.rookery.StaleClaim;
import dev.rookery.Subscription;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Claim;
import dev.rookery.spi.Environment;
import dev.rookery.spi.SerialWork;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs a {@link Worker}: brings it its messages, one after the other, and does what it wants done
 * on other threads.
 */
final class WorkerDriver {
  private static final int LETTERS = 100;
  private static final int STEPS_PER_LOOK = 64;

  /** The wall clock may step meanwhile, so that a longer wait is looked at in between. */
  private static final Duration LONGEST_WAIT = Duration.ofHours(1);

  private static final System.Logger LOG = System.getLogger(WorkerDriver.class.getName());

  /** How a worker ended. */
  sealed interface End {
    /** It was asked to stop and has saved everything. */
    record Clean() implements End {}

    /** It was told to give up, or ran out of time. */
    record Abandoned() implements End {}

    /** Its claim belongs to somebody else. */
    record Lost() implements End {}

    /** A replay is over. */
    record Finished() implements End {}

    /** The log or the store cannot go on. */
    record Failed(RuntimeException cause) implements End {}
  }

  private final Backend backend;
  private final Environment environment;
  private final Catalogue catalogue;
  private final PartitionReader reader;
  private final Counters counters;
  private final Counters.OfSubscription counted;
  private final Worker worker;
  private final Subscription subscription;
  private final Partition partition;
  private final Runnable whenEnded;
  private final DeliveryAudit audit;

  private final SerialWork turn;
  private final Mailbox mailbox;
  private final Handlers handlers;
  private final StoreThread store;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final PartitionReader.Sink sink;
  private final Optional<PacedReading> paced;

  private volatile Claim claim;
  private volatile long claimedAt;
  private volatile @Nullable End end;
  private volatile Worker.Progress progress;
  private final SteadyClock clock;
  private Instant wakeAt = Instant.MAX;
  private long steps;

  WorkerDriver(
      EngineParts parts,
      Claim claim,
      long claimedAt,
      Worker worker,
      Worker.Assignment job,
      Pace pace,
      EventHandler handler,
      DeliveryAudit audit,
      Runnable whenEnded) {
    this.backend = parts.backend();
    this.environment = parts.environment();
    this.clock = new SteadyClock(environment);
    this.catalogue = parts.config().catalogue();
    this.counters = parts.counters();
    this.reader = parts.reader(claim.partition());
    this.subscription = job.subscription();
    this.counted = counters.of(subscription.name());
    this.worker = worker;
    this.progress = worker.progress();
    this.partition = claim.partition();
    this.claim = claim;
    this.claimedAt = claimedAt;
    this.whenEnded = whenEnded;
    this.audit = audit;
    this.turn = new SerialWork(environment, "rookery-worker-" + subscription.name(), this::turn);
    this.mailbox = new Mailbox(parts.alarms(), environment::nanoTime, turn);
    Handlers.Terms terms =
        new Handlers.Terms(
            environment,
            subscription.concurrency(),
            subscription.deadline(),
            this::claimNanosLeft,
            mailbox,
            this::count);
    this.handlers =
        handler instanceof RunHandler takesRuns
            ? new HandedRuns(takesRuns, terms)
            : new HandlerThreads(handler, terms);
    this.store = new StoreThread(environment, () -> end != null, this::failed);
    PartitionReader.Sink arrivals =
        new PartitionReader.Sink() {
          @Override
          public void arrived(List<Seen> entries, boolean atEnd) {
            mailbox.post(new Message.Arrived(entries, atEnd));
          }

          @Override
          public void failed(RuntimeException cause) {
            WorkerDriver.this.failed(cause);
          }
        };
    this.paced =
        pace.isLimited()
            ? Optional.of(
                new PacedReading(
                    pace,
                    job.copied(Interest.of(subscription, catalogue))::handsOutAgain,
                    environment::nanoTime,
                    parts.alarms(),
                    arrivals))
            : Optional.empty();
    this.sink = paced.<PartitionReader.Sink>map(reading -> reading).orElse(arrivals);
  }

  void start() {
    mailbox.post(new Message.Begin());
  }

  Claim claim() {
    return claim;
  }

  Partition partition() {
    return partition;
  }

  Worker.Progress progress() {
    return progress;
  }

  @Nullable End end() {
    return end;
  }

  /** The claim was renewed; its time counts from before the renewal was sent. */
  void renewed(Claim renewed, long sentAt) {
    claim = renewed;
    claimedAt = sentAt;
  }

  void lost() {
    end(new End.Lost());
  }

  void operatorActed() {
    mailbox.post(new Message.OperatorActed());
  }

  /** Begins nothing more, and ends when what runs has ended and is saved. */
  void stop() {
    mailbox.post(new Message.Stop());
    List<Position> left = handlers.close();
    if (!left.isEmpty()) {
      mailbox.post(new Message.Returned(left));
    }
  }

  /** Waits for the end; false when the time ran out. */
  boolean awaitEnd(long nanos) throws InterruptedException {
    return ended.await(nanos, TimeUnit.NANOSECONDS);
  }

  void interruptHandlers() {
    handlers.interruptAll();
  }

  /** Ends at once. What was handled and not saved will be handed out again. */
  void abandon() {
    end(new End.Abandoned());
  }

  private void end(End how) {
    synchronized (ended) {
      if (end != null) {
        return;
      }
      end = how;
    }
    handlers.close();
    if (!(how instanceof End.Clean || how instanceof End.Finished)) {
      handlers.interruptAll();
    }
    reader.cancel(sink);
    paced.ifPresent(PacedReading::close);
    turn.ask();
    ended.countDown();
    whenEnded.run();
  }

  private void failed(RuntimeException cause) {
    end(cause instanceof StaleClaim ? new End.Lost() : new End.Failed(cause));
  }

  /** How long handlers may still be begun if no renewal comes. */
  private long claimNanosLeft() {
    return claim.ttl().toNanos() / 3 * 2 - (environment.nanoTime() - claimedAt);
  }

  /** Takes all messages that wait, and sets the alarm for what comes by itself. */
  private void turn() {
    try {
      for (Message message = mailbox.poll();
          end == null && message != null;
          message = mailbox.poll()) {
        perform(worker.step(message, clock.now()));
        if (++steps % STEPS_PER_LOOK == 0) {
          look();
        }
      }
      if (end == null) {
        look();
      } else {
        mailbox.cancelAlarm();
      }
    } catch (RuntimeException | Error e) {
      LOG.log(
          System.Logger.Level.ERROR,
          "the worker of " + subscription.name() + " in " + partition + " failed",
          e);
      end(
          new End.Failed(
              e instanceof RuntimeException cause ? cause : new IllegalStateException(e)));
    }
  }

  private void look() {
    progress = worker.progress();
    if (!worker.waits()) {
      clock.set();
    }
    long now = environment.nanoTime();
    List<Position> stuck = handlers.look(now);
    if (!stuck.isEmpty()) {
      LOG.log(
          System.Logger.Level.WARNING,
          "handlers of "
              + subscription.name()
              + " go on after they were interrupted at their deadline, at "
              + stuck);
      mailbox.post(new Message.Overdue(stuck));
    }
    long wait = Math.max(1_000_000L, handlers.nanosToLook(now));
    if (!wakeAt.equals(Instant.MAX)) {
      Duration toWake = Duration.between(clock.now(), wakeAt);
      if (!toWake.isPositive()) {
        wakeAt = Instant.MAX;
        mailbox.post(new Message.Due());
        return;
      }
      boolean isLong = toWake.compareTo(LONGEST_WAIT) > 0;
      wait = Math.min(wait, (isLong ? LONGEST_WAIT : toWake).toNanos());
    }
    if (wait < Long.MAX_VALUE) {
      mailbox.wakeAfter(wait);
    }
  }

  private void perform(List<Effect> effects) {
    boolean handing = false;
    for (Effect effect : effects) {
      switch (effect) {
        case Effect.Handle handle -> {
          handlers.add(handle.run());
          handing = true;
        }
        case Effect.Audit of ->
            audit.settled(of.delivery(), of.outcome(), of.settlement(), of.took());
        case Effect.Read _ when paced.filter(PacedReading::next).isPresent() -> {}
        case Effect.Read read when subscription.until().isPresent() ->
            reader.readToTheEnd(read.after(), read.maxEvents(), read.maxBytes(), sink);
        case Effect.Read read -> reader.read(read.after(), read.maxEvents(), read.maxBytes(), sink);
        case Effect.Save save ->
            store.add(() -> {
              backend.subscriptions().save(claim, save.cursor());
              mailbox.post(new Message.Saved(save.version()));
            });
        case Effect.Bury bury -> store.add(() -> bury(bury.letters()));
        case Effect.Unbury unbury ->
            store.add(() -> backend.deadLetters().settle(claim, unbury.ids()));
        case Effect.FetchKey fetch -> store.add(() -> fetch(fetch));
        case Effect.FetchRedriving fetch ->
            store.add(() -> {
              List<DeadLetter> letters =
                  backend.deadLetters().redriving(subscription.name(), partition, 1_000);
              mailbox.post(new Message.Redriven(letters.stream().map(this::upcast).toList()));
            });
        case Effect.Wake wake -> wakeAt = wake.at();
        case Effect.Ended over -> end(new End.Finished());
        case Effect.Stopped stopped -> end(new End.Clean());
      }
    }
    if (handing) {
      handlers.go();
    }
  }

  private void bury(List<DeadLetter> letters) {
    backend.deadLetters().bury(claim, letters);
    for (DeadLetter letter : letters) {
      if (letter.reason() == DeadLetter.Reason.PARKED) {
        counted.parked.increment();
      } else {
        counters.of(letter.subscription()).deadLettered.increment();
      }
    }
    mailbox.post(new Message.Buried(letters));
  }

  private void fetch(Effect.FetchKey fetch) {
    List<DeadLetter> letters =
        backend
            .deadLetters()
            .ofKey(subscription.name(), partition, fetch.key(), fetch.after(), LETTERS);
    mailbox.post(
        new Message.Fetched(
            fetch.key(), letters.stream().map(this::upcast).toList(), letters.size() == LETTERS));
  }

  /**
   * The letter as today's catalogue reads its event; one that cannot be upcast stays as it is and
   * fails again.
   */
  private DeadLetter upcast(DeadLetter letter) {
    Optional<Event> event =
        letter
            .event()
            .map(stored ->
                Seen.of(letter.position(), stored, catalogue) instanceof Seen.Decoded readable
                    ? readable.event()
                    : stored);
    return new DeadLetter(
        letter.id(),
        letter.subscription(),
        letter.partition(),
        letter.position(),
        letter.key(),
        event,
        letter.raw(),
        letter.reason(),
        letter.state(),
        letter.attempts(),
        letter.failures(),
        letter.since());
  }

  private void count(Handlers.Done done) {
    switch (done.outcome()) {
      case Outcome.Handled handled -> {
        counted.handled.increment();
        counters.latency(Duration.between(done.delivery().event().time(), environment.now()));
      }
      case Outcome.TimedOut timedOut -> counted.timedOut.increment();
      case Outcome.Failed failed -> counted.failed.increment();
      case Outcome.Rejected rejected -> counted.failed.increment();
    }
  }
}
