package dev.rookery.engine;

import dev.rookery.DeadLetter;
import dev.rookery.Delivery;
import dev.rookery.Event;
import dev.rookery.Outcome;
import dev.rookery.Partition;
import dev.rookery.Payload;
import dev.rookery.Position;
import dev.rookery.Subscription;
import dev.rookery.spi.Cursor;
import dev.rookery.spi.Place;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/**
 * One subscription run by the real worker over a log, a store, handlers and time that all come from
 * one seed. Answers are late and out of order, processes die, operators redrive and discard.
 */
final class SimulatedSubscription {
  static final Partition PARTITION = new Partition("user", 0);
  static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  /** What a handler does with an event. */
  enum Fate {
    HANDLED,
    FAILS_AT_FIRST,
    POISON,
    REJECTED,
    SLOW
  }

  /** One call of a handler. */
  record Handling(long position, int attempt, int life, Instant at, boolean replayed) {}

  /** Something that will happen, unless the process dies before. */
  private record Later(Instant at, long number, int life, Runnable action) {}

  final Random random;
  final Subscription subscription;
  final List<Event> log = new ArrayList<>();
  final Map<Long, Fate> fates = new HashMap<>();
  final List<Handling> handlings = new ArrayList<>();
  final Set<Long> handled = new HashSet<>();
  final Set<Long> discarded = new HashSet<>();
  final Map<String, DeadLetter> letters = new TreeMap<>();
  Cursor cursor = Cursor.at(Place.BEGINNING);
  int crashes;
  int most;

  private final PriorityQueue<Later> later =
      new PriorityQueue<>(Comparator.comparing(Later::at).thenComparingLong(Later::number));
  private Instant now = START;
  private Instant storeFree = START;
  private long numbers;
  private int life;
  private int handedOut;
  private Optional<Effect.Read> reading = Optional.empty();
  private Instant wake = Instant.MAX;
  private Worker worker;
  private boolean outage;

  SimulatedSubscription(long seed, Subscription subscription, int events, int keys) {
    this.random = new Random(seed);
    this.subscription = subscription;
    for (int i = 1; i <= events; i++) {
      String type = random.nextInt(10) == 0 ? "user.other" : "user.message";
      Map<String, String> attributes =
          random.nextInt(100) == 0 ? Map.of(Event.HOPS, "17") : Map.of();
      String key = "k" + random.nextInt(keys);
      log.add(
          new Event(
              "e" + i,
              type,
              "bot",
              key,
              START,
              "e" + i,
              Optional.empty(),
              1,
              Payload.EMPTY,
              attributes));
      fates.put((long) i, fate());
    }
    this.worker = begin(false);
  }

  private Fate fate() {
    int drawn = random.nextInt(100);
    return drawn < 80
        ? Fate.HANDLED
        : drawn < 90
            ? Fate.FAILS_AT_FIRST
            : drawn < 93 ? Fate.POISON : drawn < 95 ? Fate.REJECTED : Fate.SLOW;
  }

  boolean wanted(long position) {
    return log.get((int) position - 1).type().equals("user.message");
  }

  private Worker begin(boolean cautious) {
    Set<String> parkedKeys = new HashSet<>();
    letters.values().stream()
        .filter(l -> l.reason() == DeadLetter.Reason.PARKED)
        .forEach(l -> parkedKeys.add(l.key()));
    Worker.Assignment job =
        new Worker.Assignment(
            subscription,
            PARTITION,
            ++life,
            event -> event.type().equals("user.message"),
            Optional.empty(),
            cautious,
            4 << 20,
            16,
            1 + random.nextInt(20));
    worker = new Worker(job, cursor, parkedKeys);
    handedOut = 0;
    reading = Optional.empty();
    wake = Instant.MAX;
    storeFree = now;
    tell(new Message.Begin());
    return worker;
  }

  void outage(boolean on) {
    outage = on;
  }

  void crash() {
    crashes++;
    later.clear();
    begin(true);
  }

  /** One thing that was to happen happens; false when nothing is left. */
  boolean step() {
    Later next = later.peek();
    if (next == null && wake.equals(Instant.MAX)) {
      return false;
    }
    if (next == null || wake.isBefore(next.at())) {
      now = wake.isAfter(now) ? wake : now;
      wake = Instant.MAX;
      tell(new Message.Due());
      return true;
    }
    later.remove();
    now = next.at();
    if (next.life() == life) {
      next.action().run();
    }
    return true;
  }

  private void after(long micros, Runnable action) {
    later.add(new Later(now.plusNanos(micros * 1_000), numbers++, life, action));
  }

  /** The store does one thing after the other. */
  private void store(Runnable action) {
    storeFree =
        (storeFree.isAfter(now) ? storeFree : now).plusNanos((50 + random.nextInt(2_000)) * 1_000L);
    later.add(new Later(storeFree, numbers++, life, action));
  }

  private void tell(Message message) {
    for (Effect effect : worker.step(message, now)) {
      perform(effect);
    }
  }

  private void perform(Effect effect) {
    switch (effect) {
      case Effect.Read read -> after(random.nextInt(500), () -> answer(read));
      case Effect.Handle handle -> {
        handedOut += handle.run().size();
        most = Math.max(most, handedOut);
        handle(handle.run(), 0);
      }
      case Effect.Save save ->
          store(() -> {
            cursor = save.cursor();
            tell(new Message.Saved(save.version()));
          });
      case Effect.Bury bury ->
          store(() -> {
            bury.letters().forEach(letter -> letters.put(letter.id(), letter));
            tell(new Message.Buried(bury.letters()));
          });
      case Effect.Unbury unbury -> store(() -> unbury.ids().forEach(letters::remove));
      case Effect.FetchKey fetch -> store(() -> fetch(fetch));
      case Effect.FetchRedriving fetch ->
          store(() ->
              tell(
                  new Message.Redriven(
                      sorted().stream()
                          .filter(letter -> letter.state() == DeadLetter.State.REDRIVING)
                          .toList())));
      case Effect.Wake at -> wake = at.at();
      case Effect.Ended ended -> throw new AssertionError("no replay");
      case Effect.Stopped stopped -> throw new AssertionError("not stopped");
    }
  }

  private List<DeadLetter> sorted() {
    return letters.values().stream().sorted(Comparator.comparing(DeadLetter::position)).toList();
  }

  private void fetch(Effect.FetchKey fetch) {
    int limit = 7;
    List<DeadLetter> found =
        sorted().stream()
            .filter(letter ->
                letter.key().equals(fetch.key()) && letter.position().isAfter(fetch.after()))
            .limit(limit)
            .toList();
    tell(new Message.Fetched(fetch.key(), found, found.size() == limit));
  }

  private void answer(Effect.Read read) {
    int from = (int) read.after().high();
    int to = Math.min(log.size(), from + Math.min(read.maxEvents(), 1 + random.nextInt(20)));
    if (from == to) {
      reading = Optional.of(read);
      return;
    }
    List<Seen> seen = new ArrayList<>();
    for (int i = from; i < to; i++) {
      seen.add(new Seen.Decoded(Position.of(i + 1), log.get(i)));
    }
    tell(new Message.Arrived(seen, to == log.size()));
  }

  boolean waitsAtTheEnd() {
    return reading.isPresent();
  }

  private void handle(List<Delivery> run, int index) {
    Delivery delivery = run.get(index);
    long position = delivery.position().high();
    handlings.add(new Handling(position, delivery.attempt(), life, now, delivery.redriven()));
    long micros = fates.get(position) == Fate.SLOW ? 40_000 : random.nextInt(3_000);
    after(
        micros,
        () -> {
          Outcome outcome = outcome(position, delivery.attempt());
          boolean goesOn = outcome instanceof Outcome.Handled;
          if (goesOn) {
            handled.add(position);
          }
          handedOut -= goesOn ? 1 : run.size() - index;
          if (goesOn && index + 1 < run.size()) {
            handle(run, index + 1);
          }
          tell(
              new Message.Settled(
                  List.of(new Message.Result(delivery.position(), delivery.attempt(), outcome))));
        });
  }

  private Outcome outcome(long position, int attempt) {
    if (outage) {
      return new Outcome.Failed("ConnectException", true, Optional.empty());
    }
    return switch (fates.get(position)) {
      case HANDLED, SLOW -> new Outcome.Handled();
      case FAILS_AT_FIRST ->
          attempt < 3
              ? new Outcome.Failed("not yet", false, Optional.of(Duration.ofMillis(5)))
              : new Outcome.Handled();
      case POISON ->
          new Outcome.Failed(
              "poison",
              false,
              attempt == 2 ? Optional.of(Duration.ofSeconds(40)) : Optional.empty());
      case REJECTED -> new Outcome.Rejected("never");
    };
  }

  /** An operator asks for all dead letters again, after the bots were mended. */
  void redriveAll() {
    letters.replaceAll((id, letter) ->
        letter.reason() == DeadLetter.Reason.PARKED
            ? letter
            : letter.in(DeadLetter.State.REDRIVING));
    tell(new Message.OperatorActed());
  }

  void mend() {
    fates.replaceAll((position, fate) -> Fate.HANDLED);
  }

  /** An operator throws one dead letter away. */
  void discardOne() {
    sorted().stream()
        .filter(letter ->
            letter.reason() != DeadLetter.Reason.PARKED
                && letter.state() == DeadLetter.State.WAITING)
        .findFirst()
        .ifPresent(letter -> {
          letters.remove(letter.id());
          discarded.add(letter.position().high());
          tell(new Message.OperatorActed());
        });
  }

  Worker.Progress progress() {
    return worker.progress();
  }
}
