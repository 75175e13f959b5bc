package dev.rookery.verify;

import static dev.rookery.testkit.Soon.within;

import dev.rookery.BusConfig;
import dev.rookery.DeadLetter;
import dev.rookery.Draft;
import dev.rookery.Event;
import dev.rookery.EventBus;
import dev.rookery.Operations.DeadLetterFilter;
import dev.rookery.Position;
import dev.rookery.RetryPolicy;
import dev.rookery.RookeryException;
import dev.rookery.Start;
import dev.rookery.Subscription;
import dev.rookery.engine.EngineBus;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Cursor;
import dev.rookery.spi.Environment;
import dev.rookery.testkit.Samples;
import dev.rookery.testkit.TwistedBackend;
import dev.rookery.verify.Stopping.Stop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Four events of which one fails once and one until it is healed; then an operator redrives or
 * discards what became a dead letter. The world stops at some step, and a second life goes on; so
 * it does where an operator's command ran out of memory, since it may be done by half.
 *
 * @param hold whether later events of the key wait behind the dead letter
 * @param discard whether the operator discards it, rather than redrive it
 */
record Scenario(boolean hold, boolean discard, Stop stop, int at) {
  private static final List<String> EVENTS = List.of("plain", "poison", "behind", "shaky");
  private static final RetryPolicy QUICK =
      new RetryPolicy(3, Duration.ofMillis(1), Duration.ofMillis(5));

  /**
   * How it went.
   *
   * @param reached whether there was such a step
   * @param steps those that were done until the world stopped
   * @param nowhere the events that were in no place when the world had stopped
   * @param wrong the events that were not in exactly one place at the end, with their places
   * @param handlings the most successful handlings of one event
   */
  record Verdict(
      boolean reached,
      List<String> steps,
      Set<String> nowhere,
      Map<String, List<String>> wrong,
      int handlings) {
    boolean well() {
      return nowhere.isEmpty() && wrong.isEmpty() && handlings <= 2;
    }
  }

  /** In place of a number: the step that saves the poisonous event as settled. */
  static final int AT_POISON_SAVED = -1;

  /** So that a second life need not wait for long. */
  static final BusConfig CONFIG = BusConfig.standard().claimTtl(Duration.ofMillis(500));

  /** Runs it; {@code ignored} as in {@link Stopping}. */
  Verdict run(Supplier<Backend> store, Set<String> ignored) {
    return run(store, ignored, () -> {}, () -> {});
  }

  /**
   * Runs it.
   *
   * @param store opens it again and again
   * @param published happens when the events are stored
   * @param acting happens before the operator acts
   */
  Verdict run(Supplier<Backend> store, Set<String> ignored, Runnable published, Runnable acting) {
    return new Run(this, store, ignored, published, acting).run();
  }

  private static final class Run {
    private final Scenario scenario;
    private final Supplier<Backend> store;
    private final Set<String> ignored;
    private final Runnable published;
    private final Runnable acting;
    private final Map<String, Position> positions = new HashMap<>();
    private final Map<String, Integer> handled = new ConcurrentHashMap<>();
    private final AtomicBoolean shaken = new AtomicBoolean();
    private volatile boolean healed;
    private final List<Stopping> lives = new ArrayList<>();

    Run(
        Scenario scenario,
        Supplier<Backend> store,
        Set<String> ignored,
        Runnable published,
        Runnable acting) {
      this.scenario = scenario;
      this.store = store;
      this.ignored = ignored;
      this.published = published;
      this.acting = acting;
    }

    Verdict run() {
      Stopping first = live(scenario.stop, scenario.at);
      Map<String, List<String>> then = places(true);
      then.values().removeIf(places -> !places.isEmpty());
      if (first.stopped() && then.isEmpty()) {
        live(Stop.AFTER, 0);
      }
      Map<String, List<String>> wrong = places(false);
      wrong.values().removeIf(places -> places.size() == 1);
      int most = handled.values().stream().mapToInt(Integer::intValue).max().orElse(0);
      return new Verdict(first.reached(), first.done(), then.keySet(), wrong, most);
    }

    /** One life, up to the end of the story or of the world. */
    private Stopping live(Stop stop, int at) {
      Backend backend = store.get();
      Stopping stopping =
          at == AT_POISON_SAVED
              ? new Stopping(stop, this::savesPoison, ignored)
              : new Stopping(stop, at, ignored);
      lives.add(stopping);
      try (EventBus bus =
          new EngineBus(new TwistedBackend(backend, stopping), CONFIG, Environment.system())) {
        if (positions.isEmpty()) {
          publish(bus);
        }
        tell(bus, backend, stopping);
      } catch (OutOfMemoryError e) {
        stopping.halt();
      }
      return stopping;
    }

    private void publish(EventBus bus) {
      for (String event : EVENTS) {
        positions.put(event, bus.publish(draft(event)).position());
      }
      published.run();
    }

    private static Draft draft(String event) {
      String key = event.equals("poison") || event.equals("behind") ? "sick" : event;
      return Draft.of("user.said", "{}").id(event).key(key);
    }

    private void tell(EventBus bus, Backend backend, Stopping stopping) {
      try {
        subscribe(bus);
        await(stopping, () -> isQuiet(backend) && (healed || isDead(backend)));
        operate(bus);
        await(stopping, () -> isQuiet(backend) && letters(backend).isEmpty());
      } catch (RookeryException e) {
        if (!stopping.stopped()) {
          throw e;
        }
      }
    }

    private void subscribe(EventBus bus) {
      try {
        bus.subscribe(subscription(), this::handle);
      } catch (OutOfMemoryError e) {
        bus.subscribe(subscription(), this::handle);
      }
    }

    private void await(Stopping stopping, BooleanSupplier condition) {
      try {
        within(Duration.ofSeconds(90))
            .pollInterval(Duration.ofMillis(20))
            .until(() -> stopping.stopped() || condition.getAsBoolean());
      } catch (ConditionTimeoutException e) {
        throw new AssertionError(scenario + " is stuck after " + stopping.done(), e);
      }
    }

    private Subscription subscription() {
      return Subscription.of("keeper", "user.said")
          .from(Start.earliest())
          .retry(QUICK)
          .exhausted(scenario.hold ? Subscription.Exhausted.HOLD : Subscription.Exhausted.CONTINUE);
    }

    private void handle(Event event) {
      if (event.id().equals("poison") && !healed) {
        throw new IllegalStateException("not healed");
      }
      if (event.id().equals("shaky") && shaken.compareAndSet(false, true)) {
        throw new IllegalStateException("shaken");
      }
      handled.merge(event.id(), 1, Integer::sum);
    }

    private void operate(EventBus bus) {
      healed = true;
      acting.run();
      if (scenario.discard) {
        bus.operations().discard(poisoned());
      } else {
        bus.operations().redrive(poisoned());
      }
    }

    private DeadLetterFilter poisoned() {
      return DeadLetterFilter.ALL.ids(letter("poison"));
    }

    private String letter(String event) {
      return DeadLetter.idOf("keeper", Samples.USER, position(event));
    }

    private Position position(String event) {
      return Objects.requireNonNull(positions.get(event), event);
    }

    /** Whether each event is in one place, and none is about to leave it. */
    private boolean isQuiet(Backend backend) {
      return letters(backend).stream().allMatch(l -> l.state() == DeadLetter.State.WAITING)
          && places(backend, true).values().stream()
              .allMatch(its -> its.size() == 1 && !its.contains("log"));
    }

    private boolean isDead(Backend backend) {
      return letters(backend).stream().anyMatch(l -> l.reason() != DeadLetter.Reason.PARKED);
    }

    private static List<DeadLetter> letters(Backend backend) {
      return backend.deadLetters().list(DeadLetterFilter.ALL);
    }

    private Map<String, List<String>> places(boolean inLog) {
      try (Backend backend = store.get()) {
        return places(backend, inLog);
      }
    }

    /** The places where each event is. */
    private Map<String, List<String>> places(Backend backend, boolean inLog) {
      boolean discarded = lives.stream().anyMatch(life -> life.done().contains("discard"));
      Map<String, List<String>> places = new TreeMap<>();
      for (String event : EVENTS) {
        List<String> its = new ArrayList<>();
        if (handled.containsKey(event)) {
          its.add("handled");
        }
        if (backend.deadLetters().find(letter(event)).isPresent()) {
          its.add("dead letter");
        }
        if (discarded && event.equals("poison") && its.isEmpty()) {
          its.add("discarded");
        }
        if (inLog && !isSettled(backend, position(event))) {
          its.add("log");
        }
        places.put(event, its);
      }
      return places;
    }

    private boolean savesPoison(TwistedBackend.Call call) {
      return call.of("save") && isSettled((Cursor) call.arguments().get(1), position("poison"));
    }

    private static boolean isSettled(Backend backend, Position position) {
      Cursor cursor = backend.subscriptions().cursors("keeper").get(Samples.USER);
      return cursor != null && isSettled(cursor, position);
    }

    private static boolean isSettled(Cursor cursor, Position position) {
      return !position.isAfter(cursor.floor().position())
          || cursor.settled().stream()
              .anyMatch(
                  range -> !range.first().isAfter(position) && !position.isAfter(range.last()));
    }
  }
}
