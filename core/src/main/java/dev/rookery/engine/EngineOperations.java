package dev.rookery.engine;

import dev.rookery.Backup;
import dev.rookery.DeadLetter;
import dev.rookery.Finding;
import dev.rookery.InvalidInput;
import dev.rookery.NotFound;
import dev.rookery.Operations;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.ReplayPlan;
import dev.rookery.ReplayTerms;
import dev.rookery.RookeryException;
import dev.rookery.Search;
import dev.rookery.Start;
import dev.rookery.StreamConfig;
import dev.rookery.Subscription;
import dev.rookery.Token;
import dev.rookery.backup.SnapshotBackup;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Claim;
import dev.rookery.spi.Control;
import dev.rookery.spi.Cursor;
import dev.rookery.spi.Entry;
import dev.rookery.spi.EventLog;
import dev.rookery.spi.Piece;
import dev.rookery.spi.Place;
import dev.rookery.spi.Snapshot;
import dev.rookery.spi.SubscriptionStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What operators see and do, over any backend. */
final class EngineOperations implements Operations {
  private static final Duration DEGRADED_LAG = Duration.ofMinutes(1);
  private static final int PAGE = 1_000;

  private final EngineParts parts;
  private final Backend backend;
  private final LogReading reading;
  private final LogSearch searching;
  private final Function<String, List<EngineSubscriber>> subscribers;

  EngineOperations(EngineParts parts, Function<String, List<EngineSubscriber>> subscribers) {
    this.parts = parts;
    this.backend = parts.backend();
    this.reading = new LogReading(parts);
    this.searching = new LogSearch(parts);
    this.subscribers = subscribers;
  }

  @Override
  public Page read(ReadRequest request) {
    return reading.read(request);
  }

  @Override
  public Token latest() {
    return parts.call(() -> {
      Map<Partition, Position> latest = new HashMap<>();
      parts
          .config()
          .partitions()
          .forEach(partition -> latest.put(partition, backend.log().latest(partition).position()));
      return parts.token(latest);
    });
  }

  // ---- events

  @Override
  public Page search(Search wanted, Start from, int limit) {
    return searching.page(wanted, from, limit);
  }

  @Override
  public Trace trace(String correlation, Start from) {
    return searching.trace(correlation, from);
  }

  @Override
  public List<EventReport> event(String id) {
    return parts.call(() -> {
      DeliveryStates states = new DeliveryStates(backend, parts.config().catalogue());
      return backend.log().find(id).stream()
          .map(located -> new EventReport(located, states.of(located)))
          .toList();
    });
  }

  // ---- streams

  @Override
  public List<PartitionInfo> streams() {
    return parts.call(() -> parts.config().partitions().stream().map(this::partition).toList());
  }

  private PartitionInfo partition(Partition partition) {
    EventLog.PartitionSize size = backend.log().size(partition);
    StreamConfig stream = parts.config().stream(partition.stream()).orElseThrow();
    return new PartitionInfo(
        partition,
        size.events(),
        size.bytes(),
        size.first(),
        size.last(),
        size.oldest(),
        stream.retainAge(),
        stream.retainBytes());
  }

  // ---- subscriptions

  @Override
  public List<SubscriptionInfo> subscriptions() {
    return parts.call(() -> {
      Map<String, Long> dead = backend.deadLetters().counts();
      Map<String, Duration> unread = Unread.present(backend);
      return backend.subscriptions().list().stream()
          .map(control -> describe(control, dead, unread))
          .toList();
    });
  }

  private SubscriptionInfo describe(
      Control control, Map<String, Long> dead, Map<String, Duration> unread) {
    String name = control.definition().name();
    Map<Partition, Claim> claims = backend.subscriptions().claims(name);
    List<PartitionProgress> partitions = new ArrayList<>();
    Duration age = Duration.ZERO;
    long lag = 0;
    for (Map.Entry<Partition, Cursor> entry :
        new TreeMap<>(backend.subscriptions().cursors(name)).entrySet()) {
      PartitionProgress progress =
          progress(name, entry.getKey(), entry.getValue(), claims.get(entry.getKey()));
      partitions.add(progress);
      lag += progress.lagEvents();
      if (progress.lagEvents() > 0) {
        Duration its = age(entry.getKey(), progress.floor());
        age = its.compareTo(age) > 0 ? its : age;
      }
    }
    return new SubscriptionInfo(
        control.definition(),
        control.paused(),
        state(control, partitions, unread),
        lag,
        age,
        dead.getOrDefault(name, 0L),
        partitions);
  }

  private String state(
      Control control, List<PartitionProgress> partitions, Map<String, Duration> unread) {
    if (control.paused()) {
      return "paused";
    }
    String name = control.definition().name();
    Optional<String> failed =
        subscribers.apply(name).stream()
            .map(EngineSubscriber::state)
            .filter(state -> state.startsWith("failed"))
            .findFirst();
    boolean owned = partitions.stream().anyMatch(partition -> partition.owner().isPresent());
    if (failed.isEmpty() && unread.containsKey(name)) {
      return notRunning(unread.get(name));
    }
    return failed.orElse(owned ? "running" : "not running");
  }

  private static String notRunning(Duration unread) {
    return unread.toMinutes() == 0 ? "not running" : "not running for " + Unread.shown(unread);
  }

  private PartitionProgress progress(
      String name, Partition partition, Cursor saved, @Nullable Claim claim) {
    Optional<Worker.Progress> live =
        subscribers.apply(name).stream()
            .map(subscriber -> subscriber.progress(partition))
            .flatMap(Optional::stream)
            .findFirst();
    Place floor = live.map(Worker.Progress::floor).orElse(saved.floor());
    long above =
        live.map(Worker.Progress::settledAbove)
            .orElseGet(() -> saved.settled().stream().mapToLong(Cursor.Range::count).sum());
    long parked =
        backend.deadLetters().parked(name, partition).values().stream()
            .mapToLong(Long::longValue)
            .sum();
    long lag =
        Math.max(0, backend.log().latest(partition).ordinal() - floor.ordinal() - above) + parked;
    Optional<String> owner =
        claim == null || claim.released() ? Optional.empty() : Optional.of(claim.owner());
    return new PartitionProgress(
        partition,
        owner,
        claim == null ? 0 : claim.epoch(),
        floor.position(),
        lag,
        live.map(Worker.Progress::running).orElse(0),
        live.map(Worker.Progress::waiting).orElse(saved.waiting().size()),
        live.map(Worker.Progress::parkedKeys).orElse(saved.parked().size()),
        live.flatMap(Worker.Progress::heldUp));
  }

  private Duration age(Partition partition, Position floor) {
    try {
      List<Entry> next = backend.log().read(partition, floor, 1, 1);
      if (!next.isEmpty() && next.getFirst() instanceof Entry.Stored stored) {
        Duration age = Duration.between(stored.event().time(), parts.environment().now());
        return age.isNegative() ? Duration.ZERO : age;
      }
    } catch (RookeryException e) {
      // The subscription's own state says what is wrong with its place.
    }
    return Duration.ZERO;
  }

  @Override
  public void pause(String subscription) {
    parts.call(() -> backend.subscriptions().pause(subscription, true));
    parts.controls().raise();
  }

  @Override
  public void resume(String subscription) {
    parts.call(() -> backend.subscriptions().pause(subscription, false));
    parts.controls().raise();
  }

  @Override
  public void remove(String subscription) {
    boolean removed = parts.call(() -> backend.subscriptions().remove(subscription));
    if (!removed) {
      throw unknown(subscription);
    }
    forEachPage(
        DeadLetterFilter.ALL.of(subscription),
        letters -> backend.deadLetters().discard(ids(letters)));
    parts.counters().forget(subscription);
    parts.controls().raise();
  }

  private static NotFound unknown(String subscription) {
    return new NotFound(
        "there is no subscription "
            + InvalidInput.shown(subscription)
            + "; 'rookery subscriptions' lists them");
  }

  @Override
  public List<Move> rewind(String subscription, Start to, ReplayTerms terms, boolean dryRun) {
    return parts.call(() -> {
      SubscriptionStore store = backend.subscriptions();
      Control control = store.find(subscription).orElseThrow(() -> unknown(subscription));
      List<Move> moves = new ArrayList<>();
      Map<Partition, Place> places = new HashMap<>();
      new TreeMap<>(store.cursors(subscription))
          .forEach((partition, cursor) -> {
            Place place = parts.place(partition, to);
            places.put(partition, place);
            long events = backend.log().latest(partition).ordinal() - place.ordinal();
            moves.add(new Move(partition, cursor.floor().position(), place.position(), events));
          });
      Map<Partition, Position> back = goingBack(moves);
      if (!back.isEmpty()) {
        EngineBus.consented(control.definition(), terms);
      }
      if (!dryRun) {
        if (!back.isEmpty()) {
          Again.from(backend, subscription, back, terms);
        }
        store.rewind(subscription, places);
        store.touch(subscription);
        parts.controls().raise();
      }
      return moves;
    });
  }

  /** Where the subscription was, in the partitions in which it goes back. */
  private static Map<Partition, Position> goingBack(List<Move> moves) {
    return moves.stream()
        .filter(move -> move.from().isAfter(move.to()))
        .collect(Collectors.toMap(Move::partition, Move::from));
  }

  @Override
  public ReplayPlan plan(Subscription replay) {
    return new ReplayPlanning(parts, replay, replay.until().orElseGet(this::latest)).plan();
  }

  // ---- dead letters

  @Override
  public List<DeadLetter> deadLetters(DeadLetterFilter filter) {
    return parts.call(() -> backend.deadLetters().list(filter));
  }

  @Override
  public int redrive(DeadLetterFilter filter) {
    return act(
        filter,
        letters -> {
          List<DeadLetter> owned =
              letters.stream()
                  .filter(letter -> !letter.subscription().equals(DeadLetter.STREAM_SUBSCRIPTION))
                  .toList();
          return backend.deadLetters().redrive(ids(owned));
        });
  }

  @Override
  public int discard(DeadLetterFilter filter) {
    return act(filter, letters -> backend.deadLetters().discard(ids(letters)));
  }

  @Override
  public Erasure erase(String key, Optional<String> stream, boolean dryRun) {
    Erasure erased = new Eraser(parts, key, dryRun).in(stream);
    parts.controls().raise();
    return erased;
  }

  @Override
  public Verified verify(boolean repair, Consumer<Finding> findings, LongConsumer progress) {
    return new StoreCheck(parts, repair, findings, progress).run();
  }

  private int act(DeadLetterFilter filter, Function<List<DeadLetter>, Integer> action) {
    Set<String> touched = new HashSet<>();
    int[] count = new int[1];
    parts.call(() -> {
      forEachPage(
          filter,
          letters -> {
            count[0] += action.apply(letters);
            letters.forEach(letter -> touched.add(letter.subscription()));
          });
      touched.forEach(backend.subscriptions()::touch);
      return count;
    });
    parts.controls().raise();
    return count[0];
  }

  private void forEachPage(DeadLetterFilter filter, Consumer<List<DeadLetter>> action) {
    Optional<String> after = filter.after();
    while (true) {
      DeadLetterFilter page =
          new DeadLetterFilter(
              filter.ids(), filter.subscription(), filter.type(), filter.reason(), after, PAGE);
      List<DeadLetter> letters = backend.deadLetters().list(page);
      if (letters.isEmpty()) {
        return;
      }
      action.accept(letters);
      after = Optional.of(letters.getLast().id());
    }
  }

  private static List<String> ids(List<DeadLetter> letters) {
    return letters.stream().map(DeadLetter::id).toList();
  }

  // ---- the whole

  @Override
  public Health health() {
    List<String> reasons = new ArrayList<>();
    try {
      parts.call(() -> backend.setting("streams"));
      for (SubscriptionInfo info : subscriptions()) {
        if (info.state().startsWith("failed")) {
          reasons.add("subscription " + info.definition().name() + " " + info.state());
        } else if (info.lagAge().compareTo(DEGRADED_LAG) > 0 && !info.paused()) {
          reasons.add(
              "subscription "
                  + info.definition().name()
                  + " is "
                  + info.lagEvents()
                  + " events and "
                  + info.lagAge().toSeconds()
                  + " s behind");
        }
      }
      return new Health(true, !reasons.isEmpty(), reasons);
    } catch (RookeryException e) {
      return new Health(false, true, List.of(String.valueOf(e.getMessage())));
    }
  }

  @Override
  public List<Metric> metrics() {
    List<Metric> metrics = new ArrayList<>(parts.counters().metrics());
    metrics.addAll(backend.metrics());
    metrics.addAll(StreamMetrics.of(streams(), parts.environment().now()));
    parts
        .call(() -> Unread.present(backend))
        .forEach((name, time) ->
            metrics.add(
                new Metric(
                    "rookery_unread_seconds",
                    "For how long nobody has read a subscription that is behind.",
                    Kind.GAUGE,
                    Map.of("subscription", name),
                    time.toMillis() / 1e3)));
    for (SubscriptionInfo info : subscriptions()) {
      Map<String, String> labels = Map.of("subscription", info.definition().name());
      metrics.add(
          new Metric(
              "rookery_lag_events",
              "Stored events that a subscription has not settled.",
              Kind.GAUGE,
              labels,
              info.lagEvents()));
      metrics.add(
          new Metric(
              "rookery_lag_seconds",
              "Age of the oldest event that a subscription has not settled.",
              Kind.GAUGE,
              labels,
              info.lagAge().toMillis() / 1e3));
      metrics.add(
          new Metric(
              "rookery_dead_letters",
              "Dead letters kept.",
              Kind.GAUGE,
              labels,
              info.deadLetters()));
    }
    return metrics;
  }

  @Override
  public Backup backup() {
    Snapshot snapshot = parts.call(backend::snapshot);
    Backup.Header header =
        new Backup.Header(
            Backup.VERSION, parts.environment().now(), parts.epoch(), snapshot.partitions());
    return new SnapshotBackup(header, new Unpinned(snapshot, parts));
  }

  /** A snapshot whose calls hold on to no virtual thread's carrier. */
  private record Unpinned(Snapshot snapshot, EngineParts parts) implements Snapshot {
    @Override
    public List<Backup.Part> partitions() {
      return snapshot.partitions();
    }

    @Override
    public List<Piece> next() {
      return parts.call(snapshot::next);
    }

    @Override
    public void close() {
      parts.call(() -> {
        snapshot.close();
        return snapshot;
      });
    }
  }

  @Override
  public List<String> weaknesses() {
    return backend.capabilities().weaknesses();
  }

  @Override
  public List<String> states() {
    List<String> states = new ArrayList<>(backend.states());
    parts
        .call(() -> Unread.present(backend))
        .forEach((name, time) -> {
          if (time.toMinutes() > 0) {
            states.add(UnreadWatch.line(name, time));
          }
        });
    return states;
  }
}
