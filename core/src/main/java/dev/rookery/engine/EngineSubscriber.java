package dev.rookery.engine;

import dev.rookery.BackendUnavailable;
import dev.rookery.EventHandler;
import dev.rookery.Partition;
import dev.rookery.ReplayTerms;
import dev.rookery.RookeryException;
import dev.rookery.RunHandler;
import dev.rookery.Subscriber;
import dev.rookery.Subscription;
import dev.rookery.spi.Claim;
import dev.rookery.spi.Control;
import dev.rookery.spi.SubscriptionStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One subscriber: takes claims on the partitions of its subscription, fairly shared with the others
 * of its name, runs a worker for each, renews, and picks up what operators did.
 */
final class EngineSubscriber implements Subscriber {
  private static final System.Logger LOG = System.getLogger(EngineSubscriber.class.getName());
  private static final long RETRY_FAILED_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long STANDBY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final int LONGEST_RUN = 32;

  /**
   * After so many renewals the workers look for what operators did, told or not: who acted may have
   * died before it could touch the subscription.
   */
  private static final int LOOK_ANYWAY = 10;

  private static final long NEVER = -1;
  private static final Duration HAND_OVER = Duration.ofSeconds(30);

  private final EngineParts parts;
  private final SubscriptionStore store;
  private final EventHandler handler;
  private final String name;
  private final String owner;
  private final Runnable whenClosed;
  private final DeliveryAudit audit;

  private final Map<Partition, WorkerDriver> drivers = new ConcurrentHashMap<>();
  private final Set<Partition> retiring = ConcurrentHashMap.newKeySet();
  private final ClaimWatch watch = new ClaimWatch();
  private final Map<Partition, Long> notBefore = new HashMap<>();
  private final Set<Partition> finished = new HashSet<>();
  private final Signal events;
  private final CountDownLatch gone = new CountDownLatch(1);
  private final CountDownLatch over = new CountDownLatch(1);

  private final AtomicBoolean closed = new AtomicBoolean();

  private volatile Control control;
  private volatile boolean closing;
  private volatile String state = "starting";
  private volatile @Nullable String failure;
  private List<Partition> partitions;
  private long looked = NEVER;
  private long renewedAt;
  private long renewals;

  EngineSubscriber(
      EngineParts parts,
      Control control,
      EventHandler handler,
      DeliveryAudit audit,
      Runnable whenClosed) {
    this.parts = parts;
    this.audit = audit;
    this.events = new Signal(parts.environment()::working);
    this.store = parts.backend().subscriptions();
    this.control = control;
    this.partitions = parts.config().partitionsOf(control.definition().patterns());
    this.handler = handler;
    this.name = control.definition().name();
    this.owner = parts.config().source() + "-" + parts.environment().newId().substring(24);
    this.renewedAt = parts.environment().nanoTime();
    this.whenClosed = whenClosed;
  }

  void start() {
    parts.environment().start("rookery-subscriber-" + name, this::run);
  }

  @Override
  public Subscription subscription() {
    return control.definition();
  }

  @Override
  public String state() {
    return state;
  }

  /** How the worker of a partition stands, where this subscriber has one. */
  Optional<Worker.Progress> progress(Partition partition) {
    return Optional.ofNullable(drivers.get(partition)).map(WorkerDriver::progress);
  }

  /** Something may have changed. */
  void look() {
    events.raise();
  }

  // ---- the loop

  private void run() {
    try {
      while (!closing) {
        long seen = events.count();
        try {
          turn();
        } catch (BackendUnavailable e) {
          state = "waiting for the store: " + e.getMessage();
        } catch (OutOfMemoryError e) {
          state = "waiting for memory";
        }
        if (!closing) {
          events.await(seen, pauseNanos());
        }
      }
    } catch (InterruptedException e) {
      state = "interrupted";
    } catch (RuntimeException | Error e) {
      state = "failed: " + e.getMessage();
      LOG.log(System.Logger.Level.ERROR, "the subscriber of " + name + " failed", e);
    } finally {
      gone.countDown();
    }
  }

  private long pauseNanos() {
    long third = parts.config().claimTtl().toNanos() / 3;
    long sinceRenewal = parts.environment().nanoTime() - renewedAt;
    long untilRenewal = drivers.isEmpty() ? third : Math.max(1, third - sinceRenewal);
    boolean complete = control.paused() || drivers.size() + finished.size() >= partitions.size();
    return complete ? untilRenewal : Math.min(untilRenewal, Math.min(STANDBY_NANOS, third));
  }

  private void turn() {
    reap();
    if (closing) {
      return;
    }
    long changes = store.changes();
    if (changes != looked) {
      Optional<Control> stored = parts.call(() -> store.find(name));
      if (stored.isEmpty()) {
        removed();
        return;
      }
      follow(stored.get());
      looked = changes;
    }
    renew();
    if (control.paused()) {
      retireAll(HAND_OVER);
      state = drivers.isEmpty() ? "paused" : "finishing what is out";
      return;
    }
    share();
    state = describe();
  }

  private void removed() {
    state = "removed";
    drivers.values().forEach(WorkerDriver::lost);
    over.countDown();
    closing = true;
  }

  private String describe() {
    String problem = failure;
    if (problem != null) {
      return "failed: " + problem;
    }
    if (!finished.isEmpty() && finished.size() >= partitions.size()) {
      return "ended";
    }
    return drivers.isEmpty() ? "standby" : "running";
  }

  /**
   * Picks up what operators did: a changed definition lets the workers begin anew, anything else
   * they are told. Claims are renewed at once, which shows whether a rewind took them away.
   */
  private void follow(Control stored) {
    Control known = control;
    if (stored.revision() == known.revision()) {
      return;
    }
    renewedAt = parts.environment().nanoTime() - parts.config().claimTtl().toNanos();
    if (!stored.definition().equals(known.definition())) {
      partitions = parts.config().partitionsOf(stored.definition().patterns());
      retireAll(HAND_OVER);
    } else if (stored.paused() == known.paused()) {
      drivers.values().forEach(WorkerDriver::operatorActed);
    }
    control = stored;
  }

  private void renew() {
    long now = parts.environment().nanoTime();
    if (drivers.isEmpty() || now - renewedAt < parts.config().claimTtl().toNanos() / 3) {
      return;
    }
    Map<Partition, Claim> renewed = new HashMap<>();
    for (Claim claim : store.renew(drivers.values().stream().map(WorkerDriver::claim).toList())) {
      renewed.put(claim.partition(), claim);
    }
    renewedAt = now;
    if (++renewals % LOOK_ANYWAY == 0) {
      drivers.values().forEach(WorkerDriver::operatorActed);
    }
    drivers.forEach((partition, driver) -> {
      Claim claim = renewed.get(partition);
      if (claim == null) {
        driver.lost();
      } else {
        driver.renewed(claim, now);
      }
    });
  }

  /** Takes what is free up to a fair share, and gives back what is over it. */
  private void share() {
    Set<String> members = store.announce(name, owner, parts.config().claimTtl());
    List<Partition> wanted =
        partitions.stream().filter(partition -> !finished.contains(partition)).toList();
    int fair = (wanted.size() + members.size() - 1) / Math.max(1, members.size());
    int held = drivers.size() - retiring.size();
    if (held < fair) {
      Map<Partition, Claim> claims = parts.call(() -> store.claims(name));
      for (Partition partition : wanted) {
        if (held < fair
            && !drivers.containsKey(partition)
            && challenge(partition, claims.get(partition))) {
          held++;
        }
      }
    } else if (held > fair) {
      drivers.keySet().stream()
          .filter(partition -> !retiring.contains(partition))
          .limit(held - fair)
          .forEach(partition -> retire(partition, HAND_OVER));
    }
  }

  private boolean challenge(Partition partition, @Nullable Claim present) {
    long now = parts.environment().nanoTime();
    if (present == null
        || notBefore.getOrDefault(partition, now) > now
        || !watch.mayBeTaken(present, now)) {
      return false;
    }
    Optional<TakeOver> won =
        parts.call(
            () -> TakeOver.attempt(parts.backend(), present, owner, parts.config().claimTtl()));
    won.ifPresent(takeOver -> work(takeOver, now));
    return won.isPresent();
  }

  private void work(TakeOver takeOver, long claimedAt) {
    Subscription definition = control.definition();
    Claim claim = takeOver.claim();
    boolean cautious = !claim.clean();
    if (cautious) {
      parts.counters().of(name).takeOvers.increment();
    }
    Again again = parts.call(() -> Again.of(parts.backend(), name));
    ReplayTerms terms = definition.replay() ? definition.terms() : again.terms();
    parts.workers().incrementAndGet();
    Worker.Assignment job =
        new Worker.Assignment(
            definition,
            claim.partition(),
            claim.epoch(),
            Interest.of(definition, parts.config().catalogue()),
            definition
                .until()
                .map(until ->
                    until.positions().getOrDefault(claim.partition(), dev.rookery.Position.ZERO)),
            again.in(claim.partition()),
            terms.external() ? _ -> false : parts.config().catalogue()::isExternal,
            cautious,
            parts.windowBytes(),
            parts.config().limits().hops(),
            handler instanceof RunHandler runs && !runs.takesSeveral() ? 1 : LONGEST_RUN,
            parts.config().audit().records(name));
    WorkerDriver driver =
        new WorkerDriver(
            parts,
            claim,
            claimedAt,
            new Worker(job, takeOver.cursor(), takeOver.asideKeys()),
            job,
            terms.pace(),
            handler,
            audit,
            this::look);
    drivers.put(claim.partition(), driver);
    failure = null;
    driver.start();
  }

  /** Takes leave of the workers that have ended. */
  private void reap() {
    for (WorkerDriver driver : List.copyOf(drivers.values())) {
      WorkerDriver.End end = driver.end();
      if (end == null) {
        continue;
      }
      Partition partition = driver.partition();
      drivers.remove(partition);
      retiring.remove(partition);
      parts.workers().decrementAndGet();
      switch (end) {
        case WorkerDriver.End.Clean clean -> release(driver, true);
        case WorkerDriver.End.Abandoned abandoned -> release(driver, false);
        case WorkerDriver.End.Lost lost -> {}
        case WorkerDriver.End.Finished over -> {
          release(driver, true);
          finish(partition);
        }
        case WorkerDriver.End.Failed failed -> {
          failure = String.valueOf(failed.cause().getMessage());
          LOG.log(
              System.Logger.Level.ERROR,
              "subscription " + name + " stopped in " + partition + ": " + failure);
          notBefore.put(partition, parts.environment().nanoTime() + RETRY_FAILED_NANOS);
          release(driver, false);
        }
      }
    }
  }

  private void release(WorkerDriver driver, boolean clean) {
    try {
      store.release(driver.claim(), clean);
      parts.controls().raise();
    } catch (RookeryException e) {
      LOG.log(
          System.Logger.Level.DEBUG,
          "the claim of "
              + name
              + " in "
              + driver.partition()
              + " was not given back: "
              + e.getMessage());
    }
  }

  private void finish(Partition partition) {
    finished.add(partition);
    if (finished.containsAll(partitions)) {
      store.remove(name);
      state = "ended";
      over.countDown();
      closing = true;
    }
  }

  // ---- the end

  private void retireAll(Duration limit) {
    drivers.keySet().forEach(partition -> retire(partition, limit));
  }

  /** Lets a worker finish, on a thread of its own, since renewals go on meanwhile. */
  private void retire(Partition partition, Duration limit) {
    WorkerDriver driver = drivers.get(partition);
    if (driver != null && retiring.add(partition)) {
      driver.stop();
      Thread.ofVirtual().name("rookery-retire-" + name).start(() -> finish(driver, limit));
    }
  }

  private boolean finish(WorkerDriver driver, Duration limit) {
    try {
      if (driver.awaitEnd(limit.toNanos())) {
        return true;
      }
      driver.interruptHandlers();
      if (driver.awaitEnd(TimeUnit.SECONDS.toNanos(1))) {
        return false;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    driver.abandon();
    return false;
  }

  @Override
  public boolean awaitEnd(Duration limit) throws InterruptedException {
    return over.await(limit.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public boolean drain(Duration limit) {
    if (!endLoop()) {
      return true;
    }
    List<WorkerDriver> all = new ArrayList<>(drivers.values());
    all.forEach(WorkerDriver::stop);
    long deadline = parts.environment().nanoTime() + limit.toNanos();
    boolean clean = true;
    for (WorkerDriver driver : all) {
      clean &=
          finish(driver, Duration.ofNanos(Math.max(0, deadline - parts.environment().nanoTime())));
    }
    goodbye();
    return clean;
  }

  @Override
  public void abandon() {
    if (endLoop()) {
      drivers.values().forEach(WorkerDriver::abandon);
      goodbye();
    }
  }

  /** Ends the loop; false when it was closed before. */
  private boolean endLoop() {
    if (!closed.compareAndSet(false, true)) {
      return false;
    }
    closing = true;
    events.raise();
    boolean interrupted = false;
    while (true) {
      try {
        gone.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return true;
  }

  private void goodbye() {
    reap();
    try {
      store.leave(name, owner);
    } catch (RookeryException e) {
      LOG.log(
          System.Logger.Level.DEBUG,
          "the subscriber of " + name + " could not say goodbye: " + e.getMessage());
    }
    if (!state.equals("ended") && !state.equals("removed")) {
      state = "closed";
    }
    over.countDown();
    whenClosed.run();
    parts.controls().raise();
  }
}
