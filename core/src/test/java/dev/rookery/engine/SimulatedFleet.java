package dev.rookery.engine;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.DeadLetter;
import dev.rookery.Delivery;
import dev.rookery.Event;
import dev.rookery.Operations.DeadLetterFilter;
import dev.rookery.Outcome;
import dev.rookery.Partition;
import dev.rookery.Payload;
import dev.rookery.Position;
import dev.rookery.RetryPolicy;
import dev.rookery.Subscription;
import dev.rookery.memory.MemoryProvider;
import dev.rookery.spi.Append;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Claim;
import dev.rookery.spi.DeadLetterStore;
import dev.rookery.spi.Entry;
import dev.rookery.spi.Place;
import dev.rookery.spi.SubscriptionStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Processes that share one subscription on a log of two partitions: the real workers, claims and
 * store, with time, chance and every fault from one seed. What a process sends to the store is on
 * its way for a while, and may arrive after its sender died, or never.
 */
final class SimulatedFleet implements AutoCloseable {
  static final String WANTED = "user.message";
  static final long DEADLINE_MICROS = 1_000_000;
  private static final int EVENTS = 1_600;

  /** What a handler does with an event. */
  enum Fate {
    HANDLED,
    FAILS_AT_FIRST,
    POISON,
    REJECTED,
    SLOW,
    LATE,
    STUCK,
    KILLS
  }

  /** What went wrong around the engine. */
  enum Fault {
    CRASH,
    KILLED_BY_AN_EVENT,
    PAUSE,
    CUT_OFF,
    EXPIRED_CLAIM,
    LOST_WRITE,
    LATE_WRITE,
    STALE_WRITE,
    LATE_ANSWER,
    STORE_AWAY,
    OUTAGE,
    SLOW_HANDLER,
    STUCK_HANDLER,
    BROKEN_ENTRY
  }

  private record Flying(SimulatedProcess from, int life, Runnable landing) {}

  final Agenda agenda;
  final Subscription subscription;
  final FleetJudge judge;
  final Duration ttl = Duration.ofSeconds(3);
  final List<Partition> partitions = List.of(new Partition("user", 0), new Partition("user", 1));
  private final List<SimulatedProcess> processes = new ArrayList<>();
  private final Map<Fault, Integer> faults = new EnumMap<>(Fault.class);
  private final Set<String> occurred = new TreeSet<>();
  private final Map<String, Fate> fates = new HashMap<>();
  private final Set<String> broken = new TreeSet<>();
  private final Set<Flying> flying = new LinkedHashSet<>();
  private final Backend backend;
  private final int keys;
  private final Map<Partition, Position> replayed = new HashMap<>();
  private int published;
  private int takeOvers;
  private boolean healed;
  private boolean outage;
  private Instant storeBackAt = Instant.MIN;

  /**
   * A fleet with nothing done yet.
   *
   * @param replay whether the subscription is a replay, which ends where the log ended when it was
   *     made
   */
  SimulatedFleet(long seed, Subscription.Exhausted exhausted, boolean replay) {
    this.agenda = new Agenda(seed);
    this.keys = 1 + agenda.random(40);
    this.subscription =
        Subscription.of("moderator", WANTED)
            .window(4 + agenda.random(28))
            .exhausted(exhausted)
            .deadline(Duration.ofNanos(DEADLINE_MICROS * 1_000))
            .retry(new RetryPolicy(4, Duration.ofMillis(10), Duration.ofSeconds(1)));
    this.backend =
        new MemoryProvider()
            .open(
                Address.parse("memory:fleet-" + exhausted + "-" + seed),
                BusConfig.standard(),
                agenda);
    this.judge = new FleetJudge(subscription, backend);
    if (replay) {
      while (published < EVENTS / 2) {
        publishSome();
      }
      partitions.forEach(partition -> replayed.put(partition, judge.end(partition)));
      judge.replays(replayed);
    }
    store()
        .define(
            subscription,
            Map.of(partitions.get(0), Place.BEGINNING, partitions.get(1), Place.BEGINNING));
    for (int i = 0; i < 2 + agenda.random(2); i++) {
      SimulatedProcess process = new SimulatedProcess(this, "p" + i);
      processes.add(process);
      agenda.after(agenda.random(50_000), "starts", process::start);
    }
    agenda.after(0, "publish", this::publish);
    agenda.after(100_000, "trim", this::trim);
  }

  /** Where the replay ends in a partition, if this is one. */
  Optional<Position> until(Partition partition) {
    return Optional.ofNullable(replayed.get(partition));
  }

  SubscriptionStore store() {
    return backend.subscriptions();
  }

  DeadLetterStore letters() {
    return backend.deadLetters();
  }

  List<DeadLetter> kept() {
    List<DeadLetter> all = new ArrayList<>();
    Optional<String> after = Optional.empty();
    while (true) {
      List<DeadLetter> page =
          letters()
              .list(
                  new DeadLetterFilter(
                      List.of(), Optional.empty(), Optional.empty(), Optional.empty(), after, 500));
      all.addAll(page);
      if (page.size() < 500) {
        return all;
      }
      after = Optional.of(page.getLast().id());
    }
  }

  void occurred(String what) {
    occurred.add(what);
  }

  Set<String> occurred() {
    return occurred;
  }

  void fault(Fault fault) {
    faults.merge(fault, 1, Integer::sum);
  }

  Map<Fault, Integer> faults() {
    return faults;
  }

  int takeOvers() {
    return takeOvers;
  }

  void tookOver(Claim before) {
    if (!before.released()) {
      fault(Fault.EXPIRED_CLAIM);
    }
    takeOvers += before.epoch() > 0 && !before.clean() ? 1 : 0;
  }

  // ---- the log

  private void publish() {
    publishSome();
    if (published < EVENTS) {
      agenda.after(agenda.random(60_000), "publish", this::publish);
    }
  }

  private void publishSome() {
    Partition partition = partitions.get(agenda.random(partitions.size()));
    List<Append> events = new ArrayList<>();
    for (int i = 1 + agenda.random(5); i > 0 && published < EVENTS; i--) {
      Event event = event("e" + ++published);
      judge.published(partition, event);
      events.add(
          new Append(
              event,
              ByteBuffer.wrap(event.id().getBytes(java.nio.charset.StandardCharsets.UTF_8))));
    }
    backend.log().append(partition, events);
    processes.stream()
        .flatMap(process -> process.owners().stream())
        .filter(owner -> owner.partition().equals(partition))
        .forEach(SimulatedOwner::appended);
  }

  private Event event(String id) {
    Map<String, String> attributes =
        switch (agenda.random(200)) {
          case 0, 1 -> Map.of(Event.HOPS, "17");
          case 2, 3 ->
              Map.of(Event.EXPIRY_TIME, agenda.now().plusMillis(agenda.random(500)).toString());
          default -> Map.of();
        };
    fates.put(id, fate());
    if (agenda.random(300) == 0) {
      broken.add(id);
      judge.broken(id);
    }
    return new Event(
        id,
        agenda.chance(10) ? "user.other" : WANTED,
        "bot",
        "k" + agenda.random(keys),
        agenda.now(),
        id,
        Optional.empty(),
        1,
        Payload.EMPTY,
        attributes);
  }

  private Fate fate() {
    int drawn = agenda.random(1_000);
    return drawn < 850
        ? Fate.HANDLED
        : drawn < 920
            ? Fate.FAILS_AT_FIRST
            : drawn < 940
                ? Fate.POISON
                : drawn < 955
                    ? Fate.REJECTED
                    : drawn < 985
                        ? Fate.SLOW
                        : drawn < 990 ? Fate.LATE : drawn < 995 ? Fate.STUCK : Fate.KILLS;
  }

  List<Seen> read(Partition partition, Effect.Read read) {
    int most = Math.min(read.maxEvents(), 1 + agenda.random(20));
    List<Seen> seen = new ArrayList<>();
    for (Entry entry : backend.log().read(partition, read.after(), most, read.maxBytes())) {
      Event event = ((Entry.Stored) entry).event();
      if (broken.contains(event.id())) {
        fault(Fault.BROKEN_ENTRY);
        seen.add(new Seen.Broken(entry.position(), event.data(), "bytes that are no event"));
      } else {
        seen.add(new Seen.Decoded(entry.position(), event));
      }
    }
    return seen;
  }

  private void trim() {
    for (Partition partition : partitions) {
      backend.log().trim(partition, Optional.of(Duration.ZERO), Optional.empty());
    }
    agenda.after(100_000, "trim", this::trim);
  }

  // ---- handlers

  Fate fateOf(Delivery delivery) {
    Fate fate = healed ? Fate.HANDLED : fates.getOrDefault(delivery.event().id(), Fate.HANDLED);
    boolean once = fate == Fate.LATE || fate == Fate.STUCK;
    return once && delivery.attempt() > 1 ? Fate.HANDLED : fate;
  }

  Outcome outcome(Delivery delivery, Fate fate) {
    if (outage) {
      fault(Fault.OUTAGE);
      return new Outcome.Failed("ConnectException", true, Optional.empty());
    }
    return switch (fate) {
      case HANDLED, SLOW, KILLS -> new Outcome.Handled();
      case FAILS_AT_FIRST ->
          delivery.attempt() < 3
              ? new Outcome.Failed("not yet", false, Optional.of(Duration.ofMillis(5)))
              : new Outcome.Handled();
      case POISON ->
          new Outcome.Failed(
              "poison",
              false,
              delivery.attempt() == 2 ? Optional.of(Duration.ofSeconds(40)) : Optional.empty());
      case REJECTED -> new Outcome.Rejected("never");
      case LATE, STUCK -> new Outcome.TimedOut(subscription.deadline());
    };
  }

  // ---- the way to the store

  boolean storeIsAway() {
    return storeBackAt.isAfter(agenda.now());
  }

  /** Something is sent to the store; it arrives later, in rare cases much later, or not at all. */
  void onItsWay(SimulatedProcess from, String what, Runnable landing) {
    Flying sent = new Flying(from, from.life(), landing);
    flying.add(sent);
    boolean slow = !healed && agenda.chance(4);
    agenda.after(
        slow ? agenda.random(9_000_000) : 50 + agenda.random(2_000), what, () -> arrive(sent));
  }

  private void arrive(Flying sent) {
    Instant cutOffUntil = sent.from.cutOffUntil();
    if (cutOffUntil.isAfter(agenda.now())) {
      agenda.at(cutOffUntil, "cut off", () -> arrive(sent));
    } else {
      land(sent);
    }
  }

  private void land(Flying sent) {
    if (!flying.remove(sent)) {
      return;
    }
    if (sent.from.life() != sent.life && agenda.chance(50)) {
      fault(Fault.LOST_WRITE);
    } else {
      sent.landing.run();
    }
  }

  /** The store as it is for somebody whose calls others come between. */
  Backend interleaved() {
    return (Backend)
        Proxy.newProxyInstance(
            Backend.class.getClassLoader(),
            new Class<?>[] {Backend.class},
            (proxy, method, arguments) ->
                method.getName().equals("subscriptions")
                    ? between(store())
                    : method.invoke(backend, arguments));
  }

  private Object between(SubscriptionStore store) {
    return Proxy.newProxyInstance(
        SubscriptionStore.class.getClassLoader(),
        new Class<?>[] {SubscriptionStore.class},
        (proxy, method, arguments) -> {
          if (agenda.chance(50)) {
            List.copyOf(flying).forEach(this::land);
          }
          try {
            return method.invoke(store, arguments);
          } catch (InvocationTargetException e) {
            throw e.getCause();
          }
        });
  }

  // ---- trouble and healing

  /** Lets things happen, and now and then go wrong. */
  void trouble(int steps) {
    for (int i = 0; i < steps && agenda.step(); i++) {
      SimulatedProcess any = processes.get(agenda.random(processes.size()));
      switch (agenda.random(6_000)) {
        case 0, 1 -> any.crash();
        case 2 -> any.pause(agenda.random(9_000_000));
        case 3 -> any.drain();
        case 4 -> storeBackAt = agenda.now().plusMillis(agenda.random(4_000));
        case 5 -> outage = true;
        case 6, 7, 8, 9, 10, 11, 12, 13 -> outage = false;
        case 14 -> discardOne();
        case 15 -> redriveOne();
        default -> {}
      }
    }
  }

  private Optional<String> oneKept() {
    return kept().stream()
        .filter(letter -> letter.reason() != DeadLetter.Reason.PARKED)
        .filter(letter -> letter.state() == DeadLetter.State.WAITING && letter.event().isPresent())
        .map(DeadLetter::id)
        .findFirst();
  }

  private void discardOne() {
    oneKept()
        .ifPresent(id -> {
          judge.discarded(letters().find(id).orElseThrow());
          letters().discard(List.of(id));
          store().touch(subscription.name());
        });
  }

  private void redriveOne() {
    oneKept()
        .ifPresent(id -> {
          judge.redriven(letters().find(id).orElseThrow());
          letters().redrive(List.of(id));
          store().touch(subscription.name());
        });
  }

  /** From here on nothing goes wrong any more. */
  void heal() {
    outage = false;
    storeBackAt = Instant.MIN;
  }

  /** The bots are mended, and an operator asks for all dead letters that there are. */
  void redriveAll() {
    healed = true;
    List<String> given =
        kept().stream()
            .filter(letter -> letter.event().isPresent())
            .filter(letter -> letter.reason() != DeadLetter.Reason.PARKED)
            .filter(letter -> letter.state() == DeadLetter.State.WAITING)
            .map(DeadLetter::id)
            .toList();
    if (!given.isEmpty()) {
      letters().redrive(given);
      store().touch(subscription.name());
    }
  }

  /** Whether everything published was worked through, and nothing is left to do by itself. */
  boolean isDrained() {
    if (published < EVENTS || !flying.isEmpty()) {
      return false;
    }
    boolean mayStayHeld = !healed && subscription.exhausted() == Subscription.Exhausted.HOLD;
    boolean comesBack =
        kept().stream()
            .anyMatch(letter ->
                letter.reason() == DeadLetter.Reason.PARKED
                    || letter.state() == DeadLetter.State.REDRIVING);
    return (mayStayHeld || !comesBack) && partitions.stream().allMatch(this::isWorkedThrough);
  }

  private boolean isWorkedThrough(Partition partition) {
    long saved = store().cursors(subscription.name()).get(partition).floor().position().high();
    return saved == judge.published(partition)
        && processes.stream()
            .flatMap(process -> process.owners().stream())
            .filter(owner -> owner.partition().equals(partition) && owner.waitsAtTheEnd())
            .anyMatch(owner -> owner.progress().running() == 0 && owner.progress().waiting() == 0);
  }

  String describe() {
    StringBuilder text = new StringBuilder();
    for (Partition partition : partitions) {
      text.append(partition).append(" of ").append(judge.published(partition)).append(": ");
      for (SimulatedProcess process : processes) {
        process.owners().stream()
            .filter(owner -> owner.partition().equals(partition))
            .forEach(owner -> text.append(owner.life()).append(' ').append(owner.progress()));
      }
    }
    List<DeadLetter> kept = kept();
    text.append("; kept ").append(kept.size()).append(", such as ");
    kept.stream()
        .filter(letter -> letter.reason() != DeadLetter.Reason.PARKED)
        .limit(5)
        .forEach(letter ->
            text.append(letter.id())
                .append(' ')
                .append(letter.key())
                .append(' ')
                .append(letter.reason())
                .append(' ')
                .append(letter.state())
                .append("; "));
    return text.toString();
  }

  @Override
  public void close() {
    backend.close();
  }
}
