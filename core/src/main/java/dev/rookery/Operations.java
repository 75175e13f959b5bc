package dev.rookery;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * What operators see of a bus and do to it. What they do to a subscription is picked up by the
 * process that runs it.
 */
public interface Operations {
  /**
   * The same on somebody's behalf, whom the audit names for all that is done through it. A bus that
   * is served by another process leaves it to that to know whom it serves.
   */
  default Operations by(Actor actor) {
    return this;
  }

  /** An event and where it is stored. */
  record Located(Partition partition, Position position, Event event) {}

  /**
   * What to read of the log, without a cursor.
   *
   * @param patterns empty: every type
   * @param limit events at most, 1 to 1000
   * @param patience how long to wait for an event where none is there yet
   */
  record ReadRequest(
      List<TypePattern> patterns,
      Optional<String> where,
      Start from,
      int limit,
      Duration patience) {
    public ReadRequest {
      patterns = List.copyOf(patterns);
      if (limit < 1 || limit > 1_000) {
        throw new InvalidInput("the limit " + limit + " does not lie between 1 and 1000");
      }
    }
  }

  /**
   * A part of the log.
   *
   * @param next where the following part begins
   * @param end whether nothing more was stored when it was read
   */
  record Page(List<Located> events, Token next, boolean end) {}

  /** Reads a part of the log, oldest first within each partition. */
  Page read(ReadRequest request);

  /** The places after the last events that are stored now, in every partition. */
  Token latest();

  /**
   * Events that are looked for, partition after partition, oldest first within each. A search is
   * bounded in time: a page may be empty although there is more.
   *
   * @param limit events at most, 1 to 1000
   */
  Page search(Search wanted, Start from, int limit);

  /**
   * A conversation: the events of one correlation.
   *
   * @param steps each cause before its effects, siblings by their times
   * @param cut why events may be missing, for people; empty where none is
   */
  record Trace(String correlation, List<Step> steps, Optional<String> cut) {
    public Trace {
      steps = List.copyOf(steps);
    }
  }

  /**
   * One event of a conversation.
   *
   * @param depth how many of the events before it led to it, one after the other
   */
  record Step(Located located, int depth, Cause cause) {}

  /** What is known of an event's cause. */
  enum Cause {
    /** It names none. */
    @JsonProperty("none")
    NONE,
    /** The last event before it that is less deep. */
    @JsonProperty("above")
    ABOVE,
    /** It is not kept, or belongs to another conversation. */
    @JsonProperty("missing")
    MISSING,
    /** It is among its own effects. */
    @JsonProperty("circle")
    CIRCLE;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * The events of a conversation as a tree of causes and effects; empty where none is kept.
   *
   * @param from where the looking begins, for stores without an index of conversations
   */
  Trace trace(String correlation, Start from);

  /**
   * An event and what became of it.
   *
   * @param deliveries one entry per subscription
   * @param attempts those that the audit recorded, oldest first; empty where it records none
   */
  record EventReport(Located located, List<DeliveryState> deliveries, List<Attempt> attempts) {
    public EventReport {
      deliveries = List.copyOf(deliveries);
      attempts = List.copyOf(attempts);
    }

    /** One of which no attempts are recorded. */
    public EventReport(Located located, List<DeliveryState> deliveries) {
      this(located, deliveries, List.of());
    }
  }

  /**
   * One attempt to hand an event to a subscription, as the audit recorded it.
   *
   * @param attempt counted from 1
   * @param at when it was recorded, within a second after it ended
   * @param outcome {@code handled}, {@code failed}, {@code outage}, {@code timed out} or {@code
   *     rejected}
   * @param settlement {@code ack}, {@code retry} or {@code dead letter}
   */
  record Attempt(
      String subscription,
      int attempt,
      Instant at,
      String outcome,
      String settlement,
      Duration took) {}

  /**
   * What became of an event in one subscription, as the stored cursors and dead letters tell.
   *
   * @param state {@code not matched}, {@code unread}, {@code waiting} for its next attempt, {@code
   *     handled} (or before the place where the subscription began, or discarded), {@code dead}, or
   *     {@code parked} behind an earlier event of its key
   * @param notBefore when the next attempt may be made
   * @param deadLetter the id of the letter that keeps it
   * @param failures the attempts that failed, oldest first, as far as they are kept
   */
  record DeliveryState(
      String subscription,
      String state,
      int attempts,
      Optional<Instant> notBefore,
      Optional<String> deadLetter,
      List<DeadLetter.Failure> failures) {
    public DeliveryState {
      failures = List.copyOf(failures);
    }

    /** One of which no attempt is known. */
    public static DeliveryState of(String subscription, String state) {
      return new DeliveryState(
          subscription, state, 0, Optional.empty(), Optional.empty(), List.of());
    }
  }

  /** The stored events of that id; several sources may have used it. */
  List<EventReport> event(String id);

  /** The partitions of the streams. */
  List<PartitionInfo> streams();

  /**
   * One partition of a stream.
   *
   * @param first the position of the first event kept, empty where there is none
   * @param bytes what the kept events take, as far as the store can tell
   */
  record PartitionInfo(
      Partition partition,
      long events,
      long bytes,
      Optional<Position> first,
      Optional<Position> last,
      Optional<Instant> oldest,
      Optional<Duration> retainAge,
      Optional<Long> retainBytes) {}

  /** Every subscription with its state. */
  List<SubscriptionInfo> subscriptions();

  /**
   * One subscription with its state.
   *
   * @throws NotFound when there is none of that name
   */
  default SubscriptionInfo subscription(String name) {
    return subscriptions().stream()
        .filter(info -> info.definition().name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new NotFound(
                "there is no subscription "
                    + InvalidInput.shown(name)
                    + "; 'rookery subscriptions' lists them"));
  }

  /**
   * A subscription and its state.
   *
   * @param lagEvents stored events of its partitions that it has not settled, those put aside
   *     included
   * @param lagAge the age of the oldest of them, zero where there is none
   * @param deadLetters given up for good so far and still kept
   */
  record SubscriptionInfo(
      Subscription definition,
      boolean paused,
      String state,
      long lagEvents,
      Duration lagAge,
      long deadLetters,
      List<PartitionProgress> partitions) {}

  /**
   * How far a subscription got in one partition.
   *
   * @param owner the subscriber that holds the claim, empty where none does
   * @param heldUp the key that waits longest, why, and until when, for people; empty where none
   *     waits
   */
  record PartitionProgress(
      Partition partition,
      Optional<String> owner,
      long epoch,
      Position floor,
      long lagEvents,
      int running,
      int waiting,
      int parkedKeys,
      Optional<String> heldUp) {}

  /** Stops handing out; what runs is finished. */
  void pause(String subscription);

  void resume(String subscription);

  /** Forgets the subscription, its place and its dead letters. */
  void remove(String subscription);

  /**
   * Moves a subscription to another place, where everything after that is handed out again.
   *
   * @param dryRun only says what would happen
   * @return by partition where it was, where it goes, and how many events lie after that
   */
  default List<Move> rewind(String subscription, Start to, boolean dryRun) {
    return rewind(subscription, to, ReplayTerms.USUAL, dryRun);
  }

  /**
   * The same on other terms. Deliveries up to where it was say that they are a replay, and the
   * terms hold for them.
   *
   * @throws InvalidInput when its handler is external, it goes back, and the terms do not ask for
   *     that
   */
  List<Move> rewind(String subscription, Start to, ReplayTerms terms, boolean dryRun);

  /**
   * What a replay would do, from where the subscription begins to its end, or to what is stored now
   * where it has none. Nothing is handed out.
   */
  ReplayPlan plan(Subscription replay);

  /** One partition's part of a rewind. */
  record Move(Partition partition, Position from, Position to, long events) {}

  /**
   * Which dead letters are meant; what is empty does not narrow it.
   *
   * @param after the id after which the list goes on
   * @param limit 1 to 1000 for lists
   */
  record DeadLetterFilter(
      List<String> ids,
      Optional<String> subscription,
      Optional<TypePattern> type,
      Optional<DeadLetter.Reason> reason,
      Optional<String> after,
      int limit) {
    public static final DeadLetterFilter ALL =
        new DeadLetterFilter(
            List.of(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), 100);

    public DeadLetterFilter {
      ids = List.copyOf(ids);
      if (limit < 1 || limit > 1_000) {
        throw new InvalidInput("the limit " + limit + " does not lie between 1 and 1000");
      }
    }

    public DeadLetterFilter of(String subscription) {
      return new DeadLetterFilter(ids, Optional.of(subscription), type, reason, after, limit);
    }

    public DeadLetterFilter ids(String... wanted) {
      return new DeadLetterFilter(List.of(wanted), subscription, type, reason, after, limit);
    }

    public DeadLetterFilter after(String id) {
      return new DeadLetterFilter(ids, subscription, type, reason, Optional.of(id), limit);
    }

    public boolean includes(DeadLetter letter) {
      return (ids.isEmpty() || ids.contains(letter.id()))
          && (subscription.isEmpty() || subscription.get().equals(letter.subscription()))
          && (type.isEmpty()
              || letter.event().filter(event -> type.get().matches(event.type())).isPresent())
          && (reason.isEmpty() || reason.get() == letter.reason());
    }
  }

  /** Dead letters in the order of their ids. */
  List<DeadLetter> deadLetters(DeadLetterFilter filter);

  /**
   * Hands dead letters to their subscriptions again, with their attempts counted anew.
   *
   * @return how many
   */
  int redrive(DeadLetterFilter filter);

  /**
   * Throws dead letters away.
   *
   * @return how many
   */
  int discard(DeadLetterFilter filter);

  /**
   * Takes all that was said under a key away for good: of each of its events that are stored now
   * only {@link Event#erased} stays, at its position; subscriptions pass it over, and their dead
   * letters of it are thrown away. What is handed out just now may still be handled; doing it again
   * is harmless.
   *
   * @param stream empty: every stream
   * @param dryRun only says what would happen
   * @throws NotFound when there is no such stream
   * @throws Unsupported when the store cannot
   */
  default Erasure erase(String key, Optional<String> stream, boolean dryRun) {
    throw new Unsupported("this bus erases nothing");
  }

  /**
   * What was erased.
   *
   * @param events whose data was there until now
   * @param before events of the key that had been erased already
   * @param deadLetters thrown away
   */
  record Erasure(long events, long before, long deadLetters) {}

  /**
   * Looks through everything that is stored, while the bus runs: whether it is all there, can be
   * read, and agrees. Each finding is told when it is found.
   *
   * @param repair whether to repair what can be repaired without losing anything
   * @param progress how many events were looked at so far, now and then; what it throws ends the
   *     look
   * @throws Unsupported when this bus cannot look into its store
   */
  default Verified verify(boolean repair, Consumer<Finding> findings, LongConsumer progress) {
    throw new Unsupported(
        "this bus does not see into its store; verify it where the store is, with the address that"
            + " its server was started with, such as file:./rookery-data");
  }

  /**
   * What a look through the store came to.
   *
   * @param undecodable entries that are no events, as others put them there
   * @param damages that are left
   * @param repaired damages and notes
   */
  record Verified(long events, long undecodable, long damages, long notes, long repaired) {}

  /** Whether the bus can accept and deliver. */
  Health health();

  /**
   * The state of the bus.
   *
   * @param ready whether it can accept and deliver
   * @param reasons why it is not ready or degraded, for people
   */
  record Health(boolean ready, boolean degraded, List<String> reasons) {}

  /** What the bus has counted, for a monitoring system. */
  List<Metric> metrics();

  /**
   * One counted value.
   *
   * @param name as in Prometheus, such as {@code rookery_published_total}
   */
  record Metric(String name, String help, Kind kind, Map<String, String> labels, double value) {}

  /** Whether a value only rises. */
  enum Kind {
    @JsonProperty("counter")
    COUNTER,
    @JsonProperty("gauge")
    GAUGE
  }

  /** Every setting that weakens a promise, one line each. */
  List<String> weaknesses();

  /** How parts of the store are just now, one line each; most stores have nothing to say. */
  default List<String> states() {
    return List.of();
  }

  /**
   * Begins a backup of all that the bus holds at this moment.
   *
   * @throws Unsupported when its store is backed up by means of its own; the message names them
   */
  default Backup backup() {
    throw new Unsupported("this bus makes no backups");
  }
}
