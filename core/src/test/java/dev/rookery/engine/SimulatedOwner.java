package dev.rookery.engine;

import dev.rookery.DeadLetter;
import dev.rookery.Delivery;
import dev.rookery.Outcome;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.PositionTrimmed;
import dev.rookery.StaleClaim;
import dev.rookery.spi.Claim;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The real worker of one partition in a simulated process: what the driver does on threads, this
 * does at times that chance chooses.
 */
final class SimulatedOwner {
  private static final int LETTERS = 7;

  private record Call(String what, Supplier<Optional<Message>> action) {}

  private final SimulatedFleet fleet;
  private final SimulatedProcess process;
  private final Worker worker;
  private final ArrayDeque<Message.Result> results = new ArrayDeque<>();
  private final ArrayDeque<Message> messages = new ArrayDeque<>();
  private final ArrayDeque<Call> calls = new ArrayDeque<>();
  private final String life;
  private boolean turning;
  private boolean calling;
  private boolean stopping;
  private boolean over;
  private Optional<Effect.Read> reading = Optional.empty();
  private Instant wakeAt = Instant.MAX;
  private Claim claim;
  private Instant claimedAt;

  SimulatedOwner(
      SimulatedFleet fleet, SimulatedProcess process, TakeOver takeOver, Instant claimedAt) {
    this.fleet = fleet;
    this.process = process;
    this.claim = takeOver.claim();
    this.claimedAt = claimedAt;
    this.life = claim.owner() + "/" + claim.partition() + "/" + claim.epoch();
    Worker.Assignment job =
        new Worker.Assignment(
            fleet.subscription,
            claim.partition(),
            claim.epoch(),
            event -> event.type().equals(SimulatedFleet.WANTED),
            fleet.until(claim.partition()),
            Optional.empty(),
            _ -> false,
            !claim.clean(),
            4 << 20,
            16,
            1 + fleet.agenda.random(20),
            false);
    this.worker = new Worker(job, takeOver.cursor(), takeOver.asideKeys());
    fleet.judge.began(life, claim);
    post(new Message.Begin());
  }

  Partition partition() {
    return claim.partition();
  }

  Claim claim() {
    return claim;
  }

  String life() {
    return life;
  }

  boolean isOver() {
    return over;
  }

  Worker.Progress progress() {
    return worker.progress();
  }

  void renewed(Claim renewed, Instant sentAt) {
    claim = renewed;
    claimedAt = sentAt;
  }

  void lost() {
    over = true;
  }

  void stop() {
    if (!stopping) {
      stopping = true;
      post(new Message.Stop());
    }
  }

  void post(Message message) {
    messages.add(message);
    ask();
  }

  private void post(Message.Result result) {
    results.add(result);
    ask();
  }

  private void ask() {
    if (!turning) {
      turning = true;
      process.later(fleet.agenda.random(200), "turn", this::turn);
    }
  }

  private void turn() {
    turning = false;
    while (!over && !(results.isEmpty() && messages.isEmpty())) {
      Message message =
          results.isEmpty() ? messages.remove() : new Message.Settled(List.copyOf(results));
      results.clear();
      for (Effect effect : worker.step(message, fleet.agenda.now())) {
        fleet.occurred(effect.getClass().getSimpleName());
        perform(effect);
      }
    }
  }

  private void perform(Effect effect) {
    switch (effect) {
      case Effect.Audit audit -> throw new IllegalStateException("nobody asked for " + audit);
      case Effect.Read read -> {
        int micros = fleet.agenda.random(fleet.agenda.chance(5) ? 200_000 : 500);
        process.later(micros, "read", () -> read(read));
      }
      case Effect.Handle handle -> begin(handle.run(), 0);
      case Effect.Save save ->
          call(
              "save",
              () -> {
                fleet.store().save(claim, save.cursor());
                fleet.judge.saved(claim, save.cursor());
                return Optional.of(new Message.Saved(save.version()));
              });
      case Effect.Bury bury ->
          call(
              "bury",
              () -> {
                fleet.letters().bury(claim, bury.letters());
                fleet.judge.buried(bury.letters());
                return Optional.of(new Message.Buried(bury.letters()));
              });
      case Effect.Unbury unbury ->
          call(
              "unbury",
              () -> {
                fleet.letters().settle(claim, unbury.ids());
                return Optional.empty();
              });
      case Effect.FetchKey fetch -> call("fetch", () -> Optional.of(fetch(fetch)));
      case Effect.FetchRedriving fetch ->
          call(
              "fetch redriving",
              () ->
                  Optional.of(
                      new Message.Redriven(
                          fleet.letters().redriving(claim.subscription(), partition(), 1_000))));
      case Effect.Wake wake -> wake(wake.at());
      case Effect.Ended ended -> {
        over = true;
        fleet.judge.replayEnded(partition());
        process.finished(this);
      }
      case Effect.Stopped stopped -> {
        over = true;
        process.released(this);
      }
    }
  }

  private void wake(Instant at) {
    wakeAt = at;
    process.at(
        at,
        "due",
        () -> {
          if (wakeAt.equals(at)) {
            wakeAt = Instant.MAX;
            post(new Message.Due());
          }
        });
  }

  private Message fetch(Effect.FetchKey fetch) {
    List<DeadLetter> found =
        fleet
            .letters()
            .ofKey(claim.subscription(), partition(), fetch.key(), fetch.after(), LETTERS);
    return new Message.Fetched(fetch.key(), found, found.size() == LETTERS);
  }

  // ---- reading

  private void read(Effect.Read read) {
    if (over) {
      return;
    }
    List<Seen> seen;
    try {
      seen = fleet.read(partition(), read);
    } catch (PositionTrimmed e) {
      fleet.judge.trimmed(claim, e);
      over = true;
      return;
    }
    reading = seen.isEmpty() ? Optional.of(read) : Optional.empty();
    if (!seen.isEmpty()) {
      boolean end = seen.getLast().position().high() == fleet.judge.published(partition());
      post(new Message.Arrived(seen, end));
    }
  }

  /** There is something new in the log. */
  void appended() {
    Optional<Effect.Read> waiting = reading;
    reading = Optional.empty();
    waiting.ifPresent(read -> process.later(fleet.agenda.random(300), "read on", () -> read(read)));
  }

  boolean waitsAtTheEnd() {
    return reading.isPresent();
  }

  // ---- handlers

  private boolean isFresh() {
    Duration since = Duration.between(claimedAt, fleet.agenda.now());
    return claim.ttl().multipliedBy(2).dividedBy(3).compareTo(since) > 0;
  }

  private void begin(List<Delivery> run, int index) {
    if (over) {
      return;
    }
    boolean expired =
        run.get(index).event().expiry().filter(fleet.agenda.now()::isAfter).isPresent();
    if (stopping || expired) {
      post(
          new Message.Returned(
              run.subList(index, run.size()).stream().map(Delivery::position).toList()));
      return;
    }
    if (!isFresh()) {
      process.later(20_000, "claim not fresh", () -> begin(run, index));
      return;
    }
    Delivery delivery = run.get(index);
    fleet.judge.begins(life, delivery, fleet.agenda.now());
    SimulatedFleet.Fate fate = fleet.fateOf(delivery);
    switch (fate) {
      case KILLS -> {
        fleet.fault(SimulatedFleet.Fault.KILLED_BY_AN_EVENT);
        fleet.judge.kills(delivery);
        process.crash();
      }
      case STUCK -> {
        fleet.fault(SimulatedFleet.Fault.STUCK_HANDLER);
        process.later(
            SimulatedFleet.DEADLINE_MICROS + 1_000_000,
            "overdue",
            () -> post(new Message.Overdue(List.of(delivery.position()))));
        end(run, index, fate, fleet.agenda.chance(50) ? 4_000_000 : 45_000_000);
      }
      case LATE -> end(run, index, fate, SimulatedFleet.DEADLINE_MICROS);
      case SLOW -> {
        fleet.fault(SimulatedFleet.Fault.SLOW_HANDLER);
        end(run, index, fate, 40_000);
      }
      case HANDLED, FAILS_AT_FIRST, POISON, REJECTED ->
          end(run, index, fate, fleet.agenda.random(3_000));
    }
  }

  private void end(List<Delivery> run, int index, SimulatedFleet.Fate fate, long micros) {
    Delivery delivery = run.get(index);
    process.later(
        micros,
        "handler ends",
        () -> {
          Outcome outcome = fleet.outcome(delivery, fate);
          fleet.judge.ends(life, delivery, outcome, fleet.agenda.now());
          post(new Message.Result(delivery.position(), delivery.attempt(), outcome, Duration.ZERO));
          if (outcome instanceof Outcome.Handled && index + 1 < run.size()) {
            begin(run, index + 1);
          }
        });
  }

  // ---- the store, one call after the other

  private void call(String what, Supplier<Optional<Message>> action) {
    calls.add(new Call(what, action));
    callNext();
  }

  private void callNext() {
    if (!calling && !calls.isEmpty()) {
      calling = true;
      send(calls.remove());
    }
  }

  private void send(Call call) {
    if (fleet.storeIsAway()) {
      fleet.fault(SimulatedFleet.Fault.STORE_AWAY);
      process.later(10_000 + fleet.agenda.random(50_000), "again", () -> send(call));
      return;
    }
    fleet.onItsWay(process, call.what(), () -> land(call));
  }

  /** The store does it, whatever became of the process; the answer finds only who still lives. */
  private void land(Call call) {
    List<Message> answers = new ArrayList<>();
    boolean stale = false;
    try {
      call.action().get().ifPresent(answers::add);
    } catch (StaleClaim e) {
      fleet.fault(SimulatedFleet.Fault.STALE_WRITE);
      stale = true;
    }
    boolean refused = stale;
    if (!process.lives(life)) {
      fleet.fault(SimulatedFleet.Fault.LATE_WRITE);
    } else if (fleet.agenda.chance(1)) {
      fleet.fault(SimulatedFleet.Fault.LATE_ANSWER);
    }
    process.later(
        fleet.agenda.chance(1) ? 500_000 : fleet.agenda.random(500),
        "answered",
        () -> {
          calling = false;
          over |= refused;
          answers.forEach(this::post);
          callNext();
        });
  }

  Position floor() {
    return worker.progress().floor().position();
  }
}
