package dev.rookery.testkit;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.Causation;
import dev.rookery.DeadLetter;
import dev.rookery.Draft;
import dev.rookery.Event;
import dev.rookery.EventBus;
import dev.rookery.EventHandler;
import dev.rookery.InvalidInput;
import dev.rookery.Operations;
import dev.rookery.Published;
import dev.rookery.RunHandler;
import dev.rookery.StreamConfig;
import dev.rookery.Subscriber;
import dev.rookery.Subscription;
import dev.rookery.memory.MemoryProvider;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Control;
import dev.rookery.spi.Engine;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A bus in memory whose time stands still until the test lets it pass: {@link #awaitIdle} runs days
 * of retries in milliseconds. It is the real engine; only time, ids and chance are the test's.
 *
 * <p>Handlers run at once, on threads of their own, as soon as something is published; what waits
 * for a time (a retry, a deadline, the saving of a place) comes only with {@link #awaitIdle} or
 * {@link #advance}. A handler that takes its time says so with {@link #sleep}. The bus keeps every
 * event, whatever the retention. Claims do not run out by themselves.
 *
 * <p>The methods that let time pass are called by the test's thread, one at a time.
 */
public final class TestBus implements EventBus {
  /** Where the clock begins where nothing else is said. */
  public static final Instant BEGINNING = ManualEnvironment.BEGINNING;

  private static final Duration LONG = Duration.ofDays(5_000);
  private static final AtomicLong OPENED = new AtomicLong();

  private final long seed;
  private final VirtualTime time;
  private final Duration patience;
  private final Backend backend;
  private final EventBus engine;
  private final List<Fault.Script> scripts = new CopyOnWriteArrayList<>();
  private final List<Attempt> attempts = new CopyOnWriteArrayList<>();
  private final List<TestSubscriber> subscribers = new CopyOnWriteArrayList<>();
  private final TestSubscriber.Surroundings surroundings;

  /**
   * Opens a bus.
   *
   * @param seed of ids and of all that is left to chance
   * @param beginning where the clock begins
   * @param patience how long, in real time, the handlers may be at work between two moments
   */
  public TestBus(BusConfig config, long seed, Instant beginning, Duration patience) {
    BusConfig mine = keepingAll(config).claimTtl(LONG);
    this.seed = seed;
    this.patience = patience;
    this.time = new VirtualTime(beginning, seed);
    Address address = Address.parse("memory:test-bus-" + OPENED.incrementAndGet());
    this.backend = new MemoryProvider().open(address, mine, time);
    this.engine = Engine.standard().open(backend, mine, time);
    this.surroundings = new TestSubscriber.Surroundings(engine, time, scripts, attempts);
  }

  /** Opens a bus with the standard configuration, whose handlers have thirty seconds. */
  public static TestBus open(long seed) {
    return new TestBus(BusConfig.standard(), seed, BEGINNING, Duration.ofSeconds(30));
  }

  private static BusConfig keepingAll(BusConfig config) {
    BusConfig mine = config;
    for (StreamConfig stream : config.streams()) {
      mine =
          mine.with(
              new StreamConfig(
                  stream.name(), stream.partitions(), Optional.empty(), stream.retainBytes()));
    }
    return mine;
  }

  /** The seed that makes ids and chance the same again. */
  public long seed() {
    return seed;
  }

  // ---- time

  /** The instant at which the bus' clock stands. */
  public Instant now() {
    return time.now();
  }

  /** Lets as much time pass as is needed, but 30 days at most: {@link #awaitIdle(Duration)}. */
  public void awaitIdle() {
    awaitIdle(Duration.ofDays(30));
  }

  /**
   * Lets time pass until the bus is idle: no handler at work, nothing unread, no retry waiting, and
   * every place saved. Retries and deadlines on the way come at their times. The clock then stands
   * at the last thing that happened, which is the saving of a place at most a second after the last
   * handling.
   *
   * <p>Only subscriptions that have a subscriber and are not paused count. What is held behind a
   * dead letter ({@link Subscription.Exhausted#HOLD}) is at rest.
   *
   * @param most how much time may pass on the bus' clock
   * @throws AssertionError naming the events that hold it up, when a handler is at work for longer
   *     than the patience in real time, or when the time is over, or nothing is waited for any more
   */
  public void awaitIdle(Duration most) {
    Instant latest = now().plus(most);
    quiet();
    while (!isIdle()) {
      if (!time.ringNext(latest)) {
        throw new AssertionError(Standstill.describe(time.now(), backend, unsettled()));
      }
      quiet();
    }
  }

  /**
   * Lets exactly this much time pass; what comes due on the way happens at its time.
   *
   * @throws AssertionError when a handler is at work for longer than the patience in real time
   */
  public void advance(Duration time) {
    advanceTo(now().plus(time));
  }

  private void advanceTo(Instant instant) {
    quiet();
    while (time.ringNext(instant)) {
      quiet();
    }
    time.moveTo(instant);
  }

  /** Waits until nothing more happens at this instant, letting go one by one what is held. */
  private void quiet() {
    int choices;
    do {
      if (!time.awaitQuiet(patience)) {
        throw new AssertionError(Standstill.describeAtWork(patience, List.copyOf(subscribers)));
      }
      choices = time.letOneGo();
      if (choices > 1) {
        scripts.stream()
            .filter(script -> script.kind() == Fault.Kind.REORDER)
            .forEach(Fault.Script::take);
      }
    } while (choices > 0);
  }

  private boolean isIdle() {
    return unsettled().isEmpty();
  }

  private List<TestSubscriber> unsettled() {
    List<TestSubscriber> found = new ArrayList<>();
    for (TestSubscriber subscriber : subscribers) {
      Optional<Control> stored = backend.subscriptions().find(subscriber.subscription().name());
      boolean counts = subscriber.isOpen() && stored.isPresent() && !stored.get().paused();
      if (counts
          && (!subscriber.running().isEmpty()
              || !new Unsettled(backend, stored.get().definition()).isEmpty())) {
        found.add(subscriber);
      }
    }
    return found;
  }

  /**
   * Takes time, for a handler: waits until so much has passed on the bus' clock. At its deadline it
   * is interrupted, as any call that waits is.
   *
   * @throws IllegalStateException outside of a handler
   */
  public void sleep(Duration duration) throws InterruptedException {
    if (Causation.current().isEmpty()) {
      throw new IllegalStateException(
          "sleep is for the thread of a handler; a test lets time pass with advance or awaitIdle");
    }
    time.sleep(duration);
  }

  // ---- what happened

  /** The events that are stored, in the order of their times. */
  public List<Event> published() {
    return published("**");
  }

  /** The events that are stored whose type matches the pattern, in the order of their times. */
  public List<Event> published(String pattern) {
    return Recording.of(this, Window.of(pattern)).events();
  }

  /** Every call of a subscription's handler that has ended, in the order in which they ended. */
  public List<Attempt> attempts(String subscription) {
    return attempts.stream()
        .filter(attempt -> attempt.delivery().subscription().equals(subscription))
        .toList();
  }

  /** The events for which a subscription's handler returned, in that order, each time it did. */
  public List<Event> handled(String subscription) {
    return attempts(subscription).stream().filter(Attempt::handled).map(Attempt::event).toList();
  }

  /** The deliveries that were given up; what waits behind one of them is not among them. */
  public List<DeadLetter> deadLetters(String subscription) {
    return operations()
        .deadLetters(
            new Operations.DeadLetterFilter(
                List.of(),
                Optional.of(subscription),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                1_000))
        .stream()
        .filter(letter -> letter.reason() != DeadLetter.Reason.PARKED)
        .toList();
  }

  // ---- faults and fixtures

  /** A fault in a subscription; see {@link Fault}. */
  public Fault fault(String subscription) {
    return Fault.of(subscription, scripts::add);
  }

  /** The faults that were asked for and did not come about yet, for people. */
  public List<String> faultsToCome() {
    return scripts.stream().filter(Fault.Script::isToCome).map(Fault.Script::toString).toList();
  }

  /**
   * Publishes the events of a recording with their ids, sources, keys and conversations, in their
   * order. The first comes now, each other one as long after it as it was recorded, or at once
   * where it is late; times and expiries move along. What subscribers wait for in between happens
   * in between.
   */
  public void replay(Recording recording) {
    if (recording.events().isEmpty()) {
      return;
    }
    Duration shift = Duration.between(recording.events().getFirst().time(), now());
    for (Event event : recording.events()) {
      Instant at = event.time().plus(shift);
      advanceTo(at.isAfter(now()) ? at : now());
      publish(Recording.shifted(event, shift));
    }
  }

  // ---- as a bus

  @Override
  public List<Published> publishAll(List<Draft> drafts) {
    return engine.publishAll(drafts);
  }

  @Override
  public Subscriber subscribe(Subscription subscription, EventHandler handler) {
    if (handler instanceof RunHandler) {
      throw new InvalidInput("a test bus calls handlers itself; it takes no RunHandler");
    }
    TestSubscriber subscriber = new TestSubscriber(surroundings, subscription, handler);
    subscriber.start();
    subscribers.add(subscriber);
    return subscriber;
  }

  /** What operators see and do. A read waits for nothing: its patience is over at once. */
  @Override
  public Operations operations() {
    return Impatient.operations(engine.operations());
  }

  /** Ends the subscribers at once, and the bus with all that it holds. */
  @Override
  public void close() {
    subscribers.forEach(Subscriber::abandon);
    engine.close();
  }

  @Override
  public String toString() {
    return "test bus of seed " + seed + " at " + now();
  }
}
