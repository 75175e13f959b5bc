package dev.rookery.engine;

import dev.rookery.DeadLetter;
import dev.rookery.Delivery;
import dev.rookery.Event;
import dev.rookery.Outcome;
import dev.rookery.Partition;
import dev.rookery.Payload;
import dev.rookery.Position;
import dev.rookery.Settlement;
import dev.rookery.Subscription;
import dev.rookery.spi.Cursor;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Decides for one subscription in one partition, as a step from a message to effects. It never
 * blocks, takes time as an argument and touches nothing but itself, so that a simulation can run it
 * from a seed.
 *
 * <h2>Design</h2>
 *
 * Entries are read in order into {@link Outstanding}, and those that match into the {@link Lane} of
 * their key. A lane hands out its first events as a run, to be handled one after the other; when
 * all are settled, or one of them failed, the next run. The cursor's floor rises over what is
 * settled. Three rules make it safe:
 *
 * <ul>
 *   <li>A cursor says that an event is settled only after its outcome is known, or after its dead
 *       letter is stored.
 *   <li>What runs and what is settled but not saved is never more than the window: that bounds
 *       duplicates after a crash.
 *   <li>After an unclean take-over a window of events that were not tried before is handed out one
 *       at a time, each attempt saved before the call, so that an event that kills its process is
 *       found. What was out at a crash is not known; so after each further crash it is twice as
 *       many, until a while went well.
 * </ul>
 *
 * Parked lanes: when a lane waits too long or grows too long, its events go into the dead-letter
 * store as parked and count as settled in the log. They come back from there, in order, when the
 * lane can go on; later events of the key are parked behind them until the store has none left.
 * After a crash the log may still hold earlier events of the key, whose handling was cut off; so
 * nothing comes back from the store before the log is read up to there, and no answer counts that
 * lacks an earlier one parked since it was asked for. A held lane is parked until an operator acts.
 */
final class Worker {
  private static final Duration SAVE_SOON = Duration.ofMillis(200);
  private static final Duration SAVE_LATER = Duration.ofSeconds(1);
  private static final Duration PARK_AFTER = Duration.ofSeconds(30);
  private static final int PARK_LENGTH = 1_000;
  private static final int MOST_WAITING = 4_096;
  private static final int MOST_DOUBLINGS = 10;
  private static final long RUN_BYTES = 32 << 10;

  /**
   * What a worker works on.
   *
   * @param matches whether the subscription wants an event
   * @param until the position after which a replay ends; empty: it goes on for ever
   * @param again up to here the subscription handled before, and was sent back
   * @param passedOver what is not handled again
   * @param cautious whether the claim was not given back by its last owner
   * @param windowBytes what the window may hold in memory
   * @param longestRun how many events of a key may be handed out together
   * @param audited whether each attempt is to be told to the audit
   */
  record Assignment(
      Subscription subscription,
      Partition partition,
      long epoch,
      Predicate<Event> matches,
      Optional<Position> until,
      Optional<Position> again,
      Predicate<Event> passedOver,
      boolean cautious,
      long windowBytes,
      int maxHops,
      int longestRun,
      boolean audited) {
    private boolean isAgain(Position position) {
      return subscription.replay() || again.filter(last -> !position.isAfter(last)).isPresent();
    }

    /** The same, with an interest of its own, for another thread. */
    Assignment copied(Predicate<Event> interest) {
      return new Assignment(
          subscription,
          partition,
          epoch,
          interest,
          until,
          again,
          passedOver,
          cautious,
          windowBytes,
          maxHops,
          longestRun,
          audited);
    }

    /** Whether what was read will be handed out, and not for the first time. */
    boolean handsOutAgain(Seen seen) {
      return seen instanceof Seen.Decoded(var position, var event)
          && isAgain(position)
          && wants(position, event);
    }

    private boolean wants(Position position, Event event) {
      return matches.test(event) && !(isAgain(position) && passedOver.test(event));
    }
  }

  private final Assignment job;
  private final Subscription subscription;
  private final Outstanding outstanding;
  private final Map<String, Lane> lanes = new HashMap<>();
  private final ArrayDeque<Lane> ready = new ArrayDeque<>();
  private final Map<Position, Pending> running = new HashMap<>();
  private final Map<String, Pending> burying = new HashMap<>();
  private final Map<Position, Pending> tried = new TreeMap<>();
  private final PriorityQueue<Timer> timers = new PriorityQueue<>(Comparator.comparing(Timer::at));
  private final Map<String, Lane> parked = new HashMap<>();
  private final Set<Lane> wantFetch = new LinkedHashSet<>();

  /** Parked lanes whose next letter stands further on in the log than what was read. */
  private final Set<Lane> aheadOfReading = new LinkedHashSet<>();

  private final Set<String> redriving = new HashSet<>();
  private int fetchingRedriven;

  /** Whether the letters that were redriven before this worker began are still to come. */
  private boolean resuming = true;

  /** Letters settled while the store looks for redriven ones, which may still answer with them. */
  private final Set<String> settledMeanwhile = new HashSet<>();

  private final Breaker breaker = new Breaker();
  private final TreeMap<Position, Cursor.Waiting> restoredWaiting;
  private final ArrayDeque<Cursor.Range> restoredRanges;

  private Position readUpTo;
  private boolean reading;
  private boolean endReached;
  private boolean ended;
  private boolean stopping;
  private boolean stopped;

  private int lanesRunning;
  private int inWindow;
  private long inWindowBytes;
  private int waiting;

  private int crashes;
  private long cautiousLeft;
  private long calmLeft;
  private @Nullable Position cautiousUntil;
  private @Nullable Lane savingAttemptOf;
  private long attemptVersion;

  private boolean saving;
  private boolean changed;
  private boolean saveNow;
  private long saveVersion;
  private long savedVersion;
  private int unsaved;
  private int unsavedInFlight;
  private Instant changedAt = Instant.MIN;

  private long expired;
  private Instant wakeAt = Instant.MAX;
  private List<Effect> effects = new ArrayList<>();
  private final List<DeadLetter> toBury = new ArrayList<>();
  private final List<String> toUnbury = new ArrayList<>();

  private record Timer(Instant at, Lane lane) {}

  /**
   * A worker that goes on at a cursor, with the keys of which the store may hold what comes first.
   */
  Worker(Assignment job, Cursor cursor, Collection<String> asideKeys) {
    this.job = job;
    this.subscription = job.subscription();
    this.outstanding = new Outstanding(cursor.floor());
    this.readUpTo = cursor.floor().position();
    this.restoredWaiting = new TreeMap<>(cursor.waiting());
    this.restoredRanges = new ArrayDeque<>(cursor.settled());
    this.crashes = job.cautious() ? cursor.crashes() + 1 : 0;
    this.cautiousLeft = job.cautious() ? cautious() : 0;
    this.calmLeft = cautiousLeft;
    this.endReached = job.until().filter(until -> !until.isAfter(readUpTo)).isPresent();
    new TreeMap<>(cursor.parked()).forEach(this::restoreParked);
    for (String key : asideKeys) {
      if (!parked.containsKey(key)) {
        restoreParked(key, new Cursor.Parked(Optional.empty(), false));
      }
    }
  }

  private long cautious() {
    return (long) subscription.window() << Math.min(crashes - 1, MOST_DOUBLINGS);
  }

  private void restoreParked(String key, Cursor.Parked state) {
    Lane lane = lane(key);
    lane.parked = true;
    lane.held = state.held();
    lane.parkedHead = state.head();
    lane.due = state.head().map(head -> head.state().notBefore()).orElse(null);
    parked.put(key, lane);
  }

  /** Takes a message and says what is to be done. */
  List<Effect> step(Message message, Instant now) {
    effects = new ArrayList<>();
    switch (message) {
      case Message.Begin begin -> begin(now);
      case Message.Arrived arrived -> arrived(arrived, now);
      case Message.Settled settled -> settled.results().forEach(result -> settled(result, now));
      case Message.Returned returned -> returned.positions().forEach(this::returned);
      case Message.Overdue overdue ->
          overdue.positions().forEach(position -> overdue(position, now));
      case Message.Saved saved -> saved(saved.version(), now);
      case Message.Buried buried -> buried.letters().forEach(letter -> buried(letter, now));
      case Message.Fetched fetched -> fetched(fetched, now);
      case Message.Redriven redriven -> redriven(redriven.letters(), now);
      case Message.OperatorActed acted -> operatorActed(now);
      case Message.Due due -> wakeAt = Instant.MAX;
      case Message.Stop stop -> stopping = true;
    }
    fireTimers(now);
    schedule(now);
    return effects;
  }

  private void begin(Instant now) {
    for (Lane lane : List.copyOf(parked.values())) {
      lane.parkedHead
          .filter(_ -> lane.due != null)
          .ifPresent(head -> {
            lane.due = Pending.due(head.state(), now);
            timers.add(new Timer(lane.due, lane));
          });
      fetch(lane, now);
    }
    operatorActed(now);
    if (job.cautious()) {
      change(now); // what a take-over found is saved even where nothing comes after it
    }
  }

  // ---- reading and matching

  private void arrived(Message.Arrived arrived, Instant now) {
    reading = false;
    for (Seen seen : arrived.entries()) {
      if (job.until().filter(until -> seen.position().isAfter(until)).isPresent()) {
        endReached = true;
        break;
      }
      readUpTo = seen.position();
      take(seen, now);
      change(now);
    }
    if (job.until().isPresent() && (arrived.end() || !job.until().get().isAfter(readUpTo))) {
      endReached = true;
    }
    if (arrived.end() && cautiousUntil == null) {
      cautiousUntil = readUpTo;
    }
    List<Lane> caughtUp = List.copyOf(aheadOfReading);
    aheadOfReading.clear();
    caughtUp.forEach(lane -> fetch(lane, now));
  }

  private void take(Seen seen, Instant now) {
    Position position = seen.position();
    if (wasSettled(position)) {
      outstanding.addSettled(position);
      return;
    }
    Cursor.Waiting earlier = restoredWaiting.isEmpty() ? null : restoredWaiting.remove(position);
    switch (seen) {
      case Seen.Broken broken -> takeBroken(broken, now);
      case Seen.Flawed flawed when job.wants(position, flawed.event()) -> {
        Pending pending = pending(position, flawed.event(), earlier, now);
        pending.doom = new Pending.Doom(DeadLetter.Reason.UNDECODABLE, flawed.reason());
        take(pending, now);
      }
      case Seen.Decoded readable when job.wants(position, readable.event()) ->
          take(pending(position, readable.event(), earlier, now), now);
      case Seen.Flawed flawed -> outstanding.addSettled(position);
      case Seen.Decoded readable -> outstanding.addSettled(position);
    }
  }

  private Pending pending(
      Position position, Event event, Cursor.@Nullable Waiting earlier, Instant now) {
    Pending pending = Pending.fromLog(position, event, outstanding.add(position));
    if (earlier != null) {
      resume(pending, earlier, now);
      tried.put(position, pending);
    }
    return pending;
  }

  private boolean wasSettled(Position position) {
    while (!restoredRanges.isEmpty() && position.isAfter(restoredRanges.getFirst().last())) {
      restoredRanges.removeFirst();
    }
    return !restoredRanges.isEmpty() && !restoredRanges.getFirst().first().isAfter(position);
  }

  private void take(Pending pending, Instant now) {
    Event event = pending.event;
    if (event.hops() > job.maxHops()) {
      pending.doom =
          new Pending.Doom(
              DeadLetter.Reason.LOOP,
              "the event is " + event.hops() + " hops from its first cause");
    }
    Lane lane = lane(event.key());
    if (lane.parked) {
      setAside(lane, pending, now);
    } else {
      enqueue(lane, pending, now);
    }
  }

  private void takeBroken(Seen.Broken broken, Instant now) {
    Payload raw = broken.raw();
    DeadLetter letter =
        new DeadLetter(
            DeadLetter.idOf(DeadLetter.STREAM_SUBSCRIPTION, job.partition(), broken.position()),
            DeadLetter.STREAM_SUBSCRIPTION,
            job.partition(),
            broken.position(),
            "",
            Optional.empty(),
            Optional.of(raw),
            DeadLetter.Reason.UNDECODABLE,
            DeadLetter.State.WAITING,
            0,
            List.of(new DeadLetter.Failure(now, broken.reason())),
            now);
    Event none = new Event("", "", "", "", now, "", Optional.empty(), 1, raw, Map.of());
    burying.put(
        letter.id(), Pending.fromLog(broken.position(), none, outstanding.add(broken.position())));
    toBury.add(letter);
  }

  // ---- lanes

  private Lane lane(String key) {
    return lanes.computeIfAbsent(key, Lane::new);
  }

  private void enqueue(Lane lane, Pending pending, Instant now) {
    lane.queue.addLast(pending);
    if (lane.blocked) {
      waiting++;
      if (lane.queue.size() > PARK_LENGTH || waiting > MOST_WAITING) {
        parkBehind(lane, now);
      }
      return;
    }
    inWindow++;
    inWindowBytes += pending.event.sizeBytes();
    if (lane.queue.size() == 1) {
      head(lane, now);
    }
  }

  /** The lane has a first event that is not handed out: makes it ready, or lets it wait. */
  private void head(Lane lane, Instant now) {
    Pending first = lane.queue.peekFirst();
    if (first == null || first.burying || lane.isRunning() || lane.ready) {
      return;
    }
    Pending.Doom doom = first.doom;
    if (doom != null) {
      giveUp(first, doom.reason(), doom.error(), now);
      return;
    }
    if (first.notBefore.isAfter(now) && !breaker.isOpen()) {
      waitUntil(lane, first.notBefore);
      return;
    }
    unblock(lane);
    lane.due = null;
    lane.ready = true;
    ready.addLast(lane);
  }

  private void waitUntil(Lane lane, Instant at) {
    block(lane);
    lane.due = at;
    timers.add(new Timer(at, lane));
  }

  private void block(Lane lane) {
    if (!lane.blocked) {
      lane.blocked = true;
      waiting += lane.queue.size();
      inWindow -= lane.queue.size();
      inWindowBytes -= bytes(lane);
    }
  }

  private void unblock(Lane lane) {
    if (lane.blocked) {
      lane.blocked = false;
      waiting -= lane.queue.size();
      inWindow += lane.queue.size();
      inWindowBytes += bytes(lane);
    }
  }

  private static long bytes(Lane lane) {
    long bytes = 0;
    for (Pending pending : lane.queue) {
      bytes += pending.event.sizeBytes();
    }
    return bytes;
  }

  private void leave(Lane lane, Pending pending) {
    if (lane.queue.remove(pending)) {
      if (lane.blocked) {
        waiting--;
      } else {
        inWindow--;
        inWindowBytes -= pending.event.sizeBytes();
      }
    }
  }

  private void goOn(Lane lane, Instant now) {
    if (!lane.queue.isEmpty()) {
      head(lane, now);
    } else if (lane.parked) {
      unblock(lane);
      fetch(lane, now);
    } else if (lane.isIdle()) {
      unblock(lane);
      lanes.remove(lane.key, lane);
    }
  }

  // ---- outcomes

  private void settled(Message.Result result, Instant now) {
    Pending pending = running.get(result.position());
    if (pending == null
        || pending.running == null
        || pending.running.attempt() != result.attempt()) {
      return;
    }
    Delivery delivery = pending.running;
    Lane lane = lane(pending.event.key());
    takeBack(lane, pending);
    if (!(result.outcome() instanceof Outcome.Handled)) {
      endRun(lane);
    }
    pending.counted = false;
    pending.attempts = result.attempt();
    if (crashes > 0 && result.attempt() == 1) {
      wentWell(now);
    }
    if (result.outcome() instanceof Outcome.Failed failed && failed.outage()) {
      outage(lane, pending, now);
      if (breaker.isOpen()) {
        audit(delivery, result, new Settlement.Retry(now));
        return;
      }
    } else {
      pending.outages = 0;
      if (breaker.answered()) {
        releaseOthers(lane, now);
      }
    }
    Settlement settlement = subscription.retry().settle(delivery, result.outcome(), now);
    audit(delivery, result, settlement);
    switch (settlement) {
      case Settlement.Ack ack -> handled(lane, pending, now);
      case Settlement.Retry retry ->
          retry(lane, pending, retry.notBefore(), error(result.outcome()), now);
      case Settlement.Dead dead -> giveUp(pending, dead.reason(), error(result.outcome()), now);
    }
  }

  private void audit(Delivery delivery, Message.Result result, Settlement settlement) {
    if (job.audited()) {
      effects.add(new Effect.Audit(delivery, result.outcome(), settlement, result.took()));
    }
  }

  /** An event that was not tried before did not end the process. */
  private void wentWell(Instant now) {
    if (cautiousLeft > 0) {
      cautiousLeft--;
    } else if (--calmLeft == 0) {
      calm(now);
    }
  }

  private void calm(Instant now) {
    cautiousLeft = 0;
    crashes = 0;
    change(now);
  }

  private void takeBack(Lane lane, Pending pending) {
    running.remove(pending.position);
    pending.running = null;
    if (--lane.handedOut == 0) {
      lanesRunning--;
    }
  }

  /** Takes back what was handed out behind the first event: nobody will begin it. */
  private void endRun(Lane lane) {
    Pending first = lane.queue.peekFirst();
    for (Pending pending : lane.queue) {
      if (pending.running != null && pending != first) {
        takeBack(lane, pending);
      }
    }
  }

  private static String error(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Handled handled -> "";
      case Outcome.Failed failed -> failed.error();
      case Outcome.TimedOut timedOut ->
          "the handler was still running after " + timedOut.deadline();
      case Outcome.Rejected rejected -> rejected.reason();
    };
  }

  private void handled(Lane lane, Pending pending, Instant now) {
    done(pending, now);
    leave(lane, pending);
    lane.troubledSince = null;
    goOn(lane, now);
  }

  private void done(Pending pending, Instant now) {
    tried.remove(pending.position);
    if (pending.node != null) {
      outstanding.settle(pending.node);
    }
    pending.letter.ifPresent(letter -> {
      redriving.remove(letter.id());
      toUnbury.add(letter.id());
      if (fetchingRedriven > 0) {
        settledMeanwhile.add(letter.id());
      }
    });
    unsaved++;
    change(now);
  }

  private void retry(Lane lane, Pending pending, Instant notBefore, String error, Instant now) {
    pending.failed(now, error);
    pending.notBefore = notBefore;
    remember(lane, pending);
    change(now);
    if (lane.troubledSince == null) {
      lane.troubledSince = now;
    }
    boolean tooLong = Duration.between(lane.troubledSince, notBefore).compareTo(PARK_AFTER) > 0;
    if (tooLong || lane.queue.size() > PARK_LENGTH) {
      parkAll(lane, now);
    } else {
      waitUntil(lane, notBefore);
    }
  }

  /** Has the cursor say how it stands with an event; for a parked lane it says that by the key. */
  private void remember(Lane lane, Pending pending) {
    if (pending.node != null || !lane.parked) {
      tried.put(pending.position, pending);
    }
  }

  /** The surroundings are down. Once the breaker is open no attempt counts that failed for that. */
  private void outage(Lane lane, Pending pending, Instant now) {
    pending.outages++;
    if (breaker.failed(lane.key, now)) {
      lanes.values().stream()
          .filter(other -> other != lane && !other.isRunning())
          .forEach(this::forgive);
    }
    if (breaker.isOpen()) {
      forgive(lane);
      head(lane, now);
    }
  }

  private void forgive(Lane lane) {
    Pending first = lane.queue.peekFirst();
    if (first != null && first.outages > 0 && !first.burying) {
      first.attempts -= first.outages;
      first.outages = 0;
      first.notBefore = Instant.MIN;
      first.failures.clear();
      tried.remove(first.position);
      lane.due = null;
      lane.troubledSince = null;
      if (!lane.ready) {
        unblock(lane);
        lane.ready = true;
        ready.addLast(lane);
      }
    }
  }

  /** The surroundings are back; the lane that showed it is about to be settled itself. */
  private void releaseOthers(Lane lane, Instant now) {
    for (Lane other : List.copyOf(lanes.values())) {
      if (other != lane && !other.isRunning() && !other.queue.isEmpty()) {
        head(other, now);
      }
    }
  }

  private void returned(Position position) {
    Pending pending = running.get(position);
    if (pending == null) {
      return;
    }
    Lane lane = lane(pending.event.key());
    takeBack(lane, pending);
    if (!lane.isRunning()) {
      lane.ready = true;
      ready.addFirst(lane);
    }
  }

  private void overdue(Position position, Instant now) {
    Pending pending = running.get(position);
    Lane lane = pending == null ? null : lane(pending.event.key());
    if (lane != null && !lane.blocked) {
      endRun(lane);
      block(lane);
      lane.troubledSince = now;
      lane.due = now.plus(PARK_AFTER);
      timers.add(new Timer(lane.due, lane));
    }
  }

  // ---- dead letters and parking

  private void giveUp(Pending pending, DeadLetter.Reason reason, String error, Instant now) {
    pending.failed(now, error);
    Lane lane = lane(pending.event.key());
    lane.burying++;
    if (!lane.isRunning() && !lane.queue.isEmpty() && lane.queue.peekFirst() == pending) {
      block(lane);
    }
    bury(pending, reason, now);
  }

  /** Puts an event into the store, behind the earlier ones of its key. */
  private void setAside(Lane lane, Pending pending, Instant now) {
    Pending.Doom doom = pending.doom;
    if (doom != null) {
      giveUp(pending, doom.reason(), doom.error(), now);
    } else {
      park(lane, pending, now);
    }
  }

  private void park(Lane lane, Pending pending, Instant now) {
    lane.burying++;
    if (lane.parkedSinceFetch == null || lane.parkedSinceFetch.isAfter(pending.position)) {
      lane.parkedSinceFetch = pending.position;
    }
    bury(pending, DeadLetter.Reason.PARKED, now);
  }

  private void bury(Pending pending, DeadLetter.Reason reason, Instant now) {
    DeadLetter letter =
        new DeadLetter(
            DeadLetter.idOf(subscription.name(), job.partition(), pending.position),
            subscription.name(),
            job.partition(),
            pending.position,
            pending.event.key(),
            Optional.of(pending.event),
            Optional.empty(),
            reason,
            DeadLetter.State.WAITING,
            pending.attempts,
            pending.failures,
            now);
    pending.burying = true;
    burying.put(letter.id(), pending);
    toBury.add(letter);
    change(now);
  }

  private void buried(DeadLetter letter, Instant now) {
    Pending pending = burying.remove(letter.id());
    if (pending == null) {
      return;
    }
    tried.remove(pending.position);
    redriving.remove(letter.id());
    if (pending.node != null) {
      outstanding.settle(pending.node);
      unsaved++;
    }
    change(now);
    if (letter.event().isEmpty()) {
      return;
    }
    Lane lane = lane(letter.key());
    lane.burying--;
    lane.parkedVersion = saveVersion + 1;
    boolean hadItsTurn = pending.equals(lane.queue.peekFirst());
    leave(lane, pending);
    if (letter.reason() != DeadLetter.Reason.PARKED && hadItsTurn) {
      lane.troubledSince = null;
      if (subscription.exhausted() == Subscription.Exhausted.HOLD) {
        lane.held = true;
        if (lane.isRunning()) {
          parkBehind(lane, now);
        } else {
          parkAll(lane, now);
        }
        return;
      }
    }
    goOn(lane, now);
  }

  /**
   * Moves all events of a lane that is not running into the store; how its first one stands goes
   * into the cursor.
   */
  private void parkAll(Lane lane, Instant now) {
    Pending first = lane.queue.peekFirst();
    lane.parkedHead =
        first == null || first.burying || first.attempts == 0
            ? Optional.empty()
            : Optional.of(new Cursor.Head(first.position, first.asWaiting()));
    lane.due = first == null || lane.held ? null : first.notBefore;
    if (lane.due != null) {
      timers.add(new Timer(lane.due, lane));
    }
    for (Pending pending : List.copyOf(lane.queue)) {
      parkOne(lane, pending, now);
    }
    unblock(lane);
    becomeParked(lane, now);
  }

  /** Moves the events behind the first one into the store. */
  private void parkBehind(Lane lane, Instant now) {
    List<Pending> behind = List.copyOf(lane.queue).subList(1, lane.queue.size());
    behind.forEach(pending -> parkOne(lane, pending, now));
    becomeParked(lane, now);
  }

  private void parkOne(Lane lane, Pending pending, Instant now) {
    if (pending.burying || pending.running != null) {
      return;
    }
    leave(lane, pending);
    if (pending.letter.isPresent()) {
      redriving.remove(pending.letter.get().id());
      tried.remove(pending.position);
    } else {
      setAside(lane, pending, now);
    }
  }

  private void becomeParked(Lane lane, Instant now) {
    lane.parked = true;
    if (lane.ready) {
      lane.ready = false;
      ready.remove(lane);
      savingAttemptOf = lane.equals(savingAttemptOf) ? null : savingAttemptOf;
    }
    parked.put(lane.key, lane);
    lane.queue.stream()
        .filter(pending -> pending.letter.isPresent())
        .forEach(pending -> tried.remove(pending.position));
    change(now);
  }

  /**
   * Asks the store for the events of a parked lane, once the cursor says that they are settled in
   * the log.
   */
  private void fetch(Lane lane, Instant now) {
    if (!lane.parked || lane.held || lane.isRunning() || !lane.queue.isEmpty() || stopping) {
      return;
    }
    if (lane.fetching) {
      lane.fetchAgain = true;
      return;
    }
    if (lane.burying > 0 || (lane.due != null && lane.due.isAfter(now))) {
      return;
    }
    if (lane.parkedVersion > savedVersion) {
      wantFetch.add(lane);
      saveNow = true;
      return;
    }
    lane.fetching = true;
    lane.fetchAgain = false;
    lane.parkedSinceFetch = null;
    unbury();
    effects.add(new Effect.FetchKey(lane.key, lane.fetchAfter));
  }

  private void fetched(Message.Fetched fetched, Instant now) {
    Lane lane = lanes.get(fetched.key());
    if (lane == null) {
      return;
    }
    lane.fetching = false;
    if (!lane.parked) {
      goOn(lane, now);
      return;
    }
    Position missing = lane.parkedSinceFetch;
    if (missing != null
        && fetched.letters().stream().anyMatch(l -> l.position().isAfter(missing))) {
      lane.fetchAfter = Position.ZERO;
      fetch(lane, now);
      return;
    }
    boolean blocked = false;
    for (DeadLetter letter : fetched.letters()) {
      if (letter.position().isAfter(readUpTo)) {
        aheadOfReading.add(lane);
        break;
      }
      boolean wanted =
          letter.reason() == DeadLetter.Reason.PARKED
              || letter.state() == DeadLetter.State.REDRIVING;
      if (wanted && letter.event().isPresent()) {
        Pending pending = Pending.fromStore(letter, letter.event().get());
        headAt(lane, letter).ifPresent(head -> resume(pending, head.state(), now));
        redriving.add(letter.id());
        lane.queue.addLast(pending);
        inWindow++;
        inWindowBytes += pending.event.sizeBytes();
      } else {
        headAt(lane, letter).ifPresent(head -> lane.parkedHead = Optional.empty());
        if (subscription.exhausted() == Subscription.Exhausted.HOLD) {
          blocked = true;
          break;
        }
      }
    }
    lane.fetchAfter = Position.ZERO;
    if (!lane.queue.isEmpty()) {
      lane.parkedHead = Optional.empty();
      head(lane, now);
    } else if (aheadOfReading.contains(lane)) {
      return;
    } else if (blocked && lane.fetchAgain) {
      fetch(lane, now);
    } else if (blocked) {
      lane.held = true;
      change(now);
    } else if (lane.fetchAgain || lane.burying > 0) {
      fetch(lane, now);
    } else if (fetched.more()) {
      lane.fetchAfter = fetched.letters().getLast().position();
      fetch(lane, now);
    } else {
      lane.parked = false;
      lane.parkedHead = Optional.empty();
      lane.due = null;
      parked.remove(lane.key);
      change(now);
      goOn(lane, now);
    }
  }

  private static Cursor.Head dueNow(Cursor.Head head) {
    Cursor.Waiting state = head.state();
    return new Cursor.Head(
        head.position(), new Cursor.Waiting(state.attempts(), Instant.EPOCH, state.failures()));
  }

  private static Optional<Cursor.Head> headAt(Lane lane, DeadLetter letter) {
    return lane.parkedHead.filter(head -> head.position().equals(letter.position()));
  }

  private void resume(Pending pending, Cursor.Waiting earlier, Instant now) {
    pending.resume(earlier, now);
    if (pending.attempts >= subscription.retry().maxAttempts()) {
      pending.doom =
          new Pending.Doom(
              DeadLetter.Reason.CRASHED, "the process ended during attempt " + pending.attempts);
    }
  }

  private void operatorActed(Instant now) {
    fetchingRedriven++;
    effects.add(new Effect.FetchRedriving());
    for (Lane lane : List.copyOf(parked.values())) {
      if (lane.held) {
        release(lane, now);
      }
    }
  }

  /** A parked lane need not wait any longer, except for a retry of an event that is in memory. */
  private void release(Lane lane, Instant now) {
    lane.held = false;
    if (lane.queue.isEmpty()) {
      lane.due = null;
      fetch(lane, now);
    }
  }

  private void redriven(List<DeadLetter> letters, Instant now) {
    letters.forEach(letter -> redriven(letter, now));
    resuming = false;
    // What is left below the floor was given up, or thrown away by an operator.
    restoredWaiting.headMap(outstanding.floor().position(), true).clear();
    if (--fetchingRedriven == 0) {
      settledMeanwhile.clear();
    }
  }

  private void redriven(DeadLetter letter, Instant now) {
    if (letter.event().isEmpty()
        || settledMeanwhile.contains(letter.id())
        || redriving.contains(letter.id())
        || burying.containsKey(letter.id())) {
      return;
    }
    Lane lane = lane(letter.key());
    if (lane.parked) {
      boolean asked = letter.reason() == DeadLetter.Reason.PARKED;
      if (asked) {
        lane.parkedHead = lane.parkedHead.filter(_ -> resuming).map(Worker::dueNow);
      }
      if (asked || lane.held) {
        release(lane, now);
      } else {
        fetch(lane, now);
      }
      return;
    }
    redriving.add(letter.id());
    Pending pending = Pending.fromStore(letter, letter.event().get());
    Cursor.Waiting earlier = restoredWaiting.remove(letter.position());
    if (earlier != null) {
      resume(pending, earlier, now);
      tried.put(letter.position(), pending);
    }
    enqueue(lane, pending, now);
  }

  // ---- time

  private void fireTimers(Instant now) {
    while (!timers.isEmpty() && !timers.peek().at().isAfter(now)) {
      Timer timer = timers.poll();
      Lane lane = timer.lane();
      if (!timer.at().equals(lane.due) || lanes.get(lane.key) != lane) {
        continue;
      }
      lane.due = null;
      if (lane.isRunning()) {
        parkBehind(lane, now);
      } else {
        goOn(lane, now);
      }
    }
  }

  private void change(Instant now) {
    if (!changed) {
      changed = true;
      changedAt = now;
    }
  }

  // ---- what to do next

  private void schedule(Instant now) {
    if (!stopping) {
      dispatch(now);
      read();
    }
    if (!toBury.isEmpty()) {
      effects.add(new Effect.Bury(List.copyOf(toBury)));
      toBury.clear();
    }
    unbury();
    save(now);
    finish();
    wake();
  }

  /** Removes settled letters from the store, before anything else is asked of it. */
  private void unbury() {
    if (!toUnbury.isEmpty()) {
      effects.add(new Effect.Unbury(List.copyOf(toUnbury)));
      toUnbury.clear();
    }
  }

  private void dispatch(Instant now) {
    if (breaker.isOpen()) {
      if (running.isEmpty()
          && savingAttemptOf == null
          && !ready.isEmpty()
          && !breaker.probeAt().isAfter(now)) {
        start(ready.removeFirst(), 1, now);
      }
      return;
    }
    if (cautiousLeft > 0 && isPastWhatRan()) {
      calm(now);
    }
    if (cautiousLeft > 0) {
      startCautiously(now);
      return;
    }
    for (int room = room(); !ready.isEmpty() && room > 0; room = room()) {
      start(ready.removeFirst(), Math.min(room, job.longestRun()), now);
    }
    saveNow |= unsaved > 0 && !ready.isEmpty();
  }

  /** Whether everything is settled that may have run when the last owner ended. */
  private boolean isPastWhatRan() {
    return cautiousUntil != null
        && !cautiousUntil.isAfter(outstanding.floor().position())
        && parked.isEmpty()
        && redriving.isEmpty()
        && !resuming;
  }

  /** How many more may be handed out before something is settled and saved. */
  private int room() {
    return subscription.window() - running.size() - unsaved - unsavedInFlight;
  }

  private void startCautiously(Instant now) {
    if (!running.isEmpty() || savingAttemptOf != null || ready.isEmpty()) {
      return;
    }
    Lane lane = ready.removeFirst();
    Pending first = lane.queue.peekFirst();
    lane.ready = false;
    if (first == null || passOver(lane, first, now)) {
      return;
    }
    first.attempts++;
    first.counted = true;
    remember(lane, first);
    lane.ready = true;
    savingAttemptOf = lane;
    attemptVersion = saveVersion + 1;
    saveNow = true;
    change(now);
  }

  /** Hands out the first event, and those behind it that nothing speaks against. */
  private void start(Lane lane, int most, Instant now) {
    lane.ready = false;
    Pending first = lane.queue.peekFirst();
    if (first == null || first.burying || lane.isRunning() || passOver(lane, first, now)) {
      return;
    }
    List<Delivery> run = new ArrayList<>();
    long bytes = 0;
    for (Pending pending : lane.queue) {
      bytes += pending.event.sizeBytes();
      boolean fits = run.size() < most && bytes <= RUN_BYTES && first.isFresh();
      if (pending != first && !(fits && pending.isFresh())) {
        break;
      }
      run.add(handOut(pending));
    }
    lane.handedOut = run.size();
    lanesRunning++;
    effects.add(new Effect.Handle(run));
  }

  private Delivery handOut(Pending pending) {
    Delivery delivery =
        new Delivery(
            subscription.name(),
            job.partition(),
            pending.position,
            pending.nextAttempt(),
            job.epoch(),
            job.isAgain(pending.position),
            pending.isRedriven(),
            pending.event);
    pending.running = delivery;
    running.put(pending.position, pending);
    return delivery;
  }

  /** Settles what nobody is to handle: an event that came too late, or that is erased. */
  private boolean passOver(Lane lane, Pending pending, Instant now) {
    boolean tooLate =
        pending.event.attributes().containsKey(Event.EXPIRY_TIME)
            && pending.event.expiry().filter(expiry -> expiry.isBefore(now)).isPresent();
    if (!tooLate && !pending.event.isErased()) {
      return false;
    }
    expired += tooLate ? 1 : 0;
    handled(lane, pending, now);
    return true;
  }

  private void read() {
    int window = subscription.window();
    int room = window - inWindow;
    long roomBytes = job.windowBytes() - inWindowBytes;
    if (reading
        || endReached
        || room < Math.max(1, window / 4)
        || roomBytes < job.windowBytes() / 4) {
      return;
    }
    reading = true;
    effects.add(new Effect.Read(readUpTo, room, roomBytes));
  }

  private void save(Instant now) {
    if (saving || !changed) {
      return;
    }
    boolean due =
        saveNow
            || unsaved * 2 >= subscription.window()
            || !saveAt().isAfter(now)
            || (stopping && running.isEmpty() && burying.isEmpty())
            || (endReached && outstanding.isEmpty() && running.isEmpty());
    if (due) {
      saving = true;
      changed = false;
      saveNow = false;
      unsavedInFlight = unsaved;
      unsaved = 0;
      effects.add(new Effect.Save(cursor(), ++saveVersion));
    }
  }

  private Instant saveAt() {
    return changedAt.plus(unsaved > 0 ? SAVE_SOON : SAVE_LATER);
  }

  private void saved(long version, Instant now) {
    saving = false;
    savedVersion = version;
    unsavedInFlight = 0;
    List<Lane> fetchable = List.copyOf(wantFetch);
    wantFetch.clear();
    fetchable.forEach(lane -> fetch(lane, now));
    Lane lane = savingAttemptOf;
    if (lane != null && savedVersion >= attemptVersion) {
      savingAttemptOf = null;
      if (stopping) {
        takeBackAttempt(lane, now);
      } else {
        start(lane, 1, now);
      }
    }
  }

  private void takeBackAttempt(Lane lane, Instant now) {
    Pending first = lane.queue.peekFirst();
    if (first != null && first.counted) {
      first.counted = false;
      first.attempts--;
      if (first.attempts == 0) {
        tried.remove(first.position);
      }
      change(now);
    }
  }

  Cursor cursor() {
    List<Cursor.Range> ranges = new ArrayList<>(outstanding.settled());
    for (Cursor.Range restored : restoredRanges) {
      if (restored.last().isAfter(readUpTo)) {
        ranges.add(restored);
      }
    }
    Map<Position, Cursor.Waiting> attempts = new HashMap<>(restoredWaiting);
    tried.forEach((position, pending) -> attempts.put(position, pending.asWaiting()));
    Map<String, Cursor.Parked> keys = new HashMap<>();
    parked.forEach((key, lane) -> keys.put(key, new Cursor.Parked(headOf(lane), lane.held)));
    return new Cursor(outstanding.floor(), ranges, attempts, keys, crashes);
  }

  private static Optional<Cursor.Head> headOf(Lane lane) {
    Pending first = lane.queue.peekFirst();
    boolean fromStore = first != null && first.letter.isPresent() && first.attempts > 0;
    return fromStore
        ? Optional.of(new Cursor.Head(first.position, first.asWaiting()))
        : lane.parkedHead;
  }

  private void finish() {
    boolean quiet = running.isEmpty() && burying.isEmpty() && !saving && !changed;
    if (stopping && quiet && !stopped) {
      stopped = true;
      effects.add(new Effect.Stopped());
    }
    if (endReached && quiet && outstanding.isEmpty() && parked.isEmpty() && !ended) {
      ended = true;
      effects.add(new Effect.Ended());
    }
  }

  private void wake() {
    Instant next = timers.isEmpty() ? Instant.MAX : timers.peek().at();
    if (changed && !saving && saveAt().isBefore(next)) {
      next = saveAt();
    }
    if (breaker.isOpen() && running.isEmpty() && breaker.probeAt().isBefore(next)) {
      next = breaker.probeAt();
    }
    if (next.isBefore(wakeAt)) {
      wakeAt = next;
      effects.add(new Effect.Wake(next));
    }
  }

  /** Whether anything here depends on the time that passes. */
  boolean waits() {
    return changed
        || breaker.isOpen()
        || !timers.isEmpty()
        || !running.isEmpty()
        || !ready.isEmpty();
  }

  // ---- for people

  /**
   * How the worker stands.
   *
   * @param settledAbove settled events above the floor
   * @param running keys with events that are handed out
   * @param heldUp the key that has been in trouble longest, empty where none is
   */
  record Progress(
      dev.rookery.spi.Place floor,
      long settledAbove,
      int running,
      int waiting,
      int parkedKeys,
      boolean breakerOpen,
      long expired,
      Optional<String> heldUp) {}

  Progress progress() {
    Optional<Lane> worst =
        waiting == 0 && parked.isEmpty()
            ? Optional.empty()
            : lanes.values().stream()
                .filter(lane -> lane.held || lane.blocked || lane.parked)
                .min(
                    Comparator.comparing(
                        lane -> lane.troubledSince == null ? Instant.MAX : lane.troubledSince));
    return new Progress(
        outstanding.floor(),
        outstanding.settledAbove(),
        lanesRunning,
        waiting,
        parked.size(),
        breaker.isOpen(),
        expired,
        worst.map(Worker::describe));
  }

  private static String describe(Lane lane) {
    Pending first = lane.queue.peekFirst();
    String key = "key " + lane.key;
    if (lane.held) {
      return key + " is held behind a dead letter; redrive or discard it";
    }
    if (lane.isRunning()) {
      return key
          + " has a handler that goes on after its deadline"
          + (first == null ? "" : ", at " + first.position);
    }
    String what =
        first == null || first.failures.isEmpty() ? "" : ": " + first.failures.getLast().error();
    return key
        + (lane.parked ? " is parked" : " waits")
        + (lane.due == null ? "" : " until " + lane.due)
        + what;
  }
}
