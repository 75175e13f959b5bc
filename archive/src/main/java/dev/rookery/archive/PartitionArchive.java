package dev.rookery.archive;

import dev.rookery.DamagedLog;
import dev.rookery.Event;
import dev.rookery.NotFound;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.StaleClaim;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Claim;
import dev.rookery.spi.Cursor;
import dev.rookery.spi.Entry;
import dev.rookery.spi.Environment;
import dev.rookery.spi.EventLog;
import dev.rookery.spi.Place;
import dev.rookery.spi.SubscriptionStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One partition being archived. All calls come from one thread.
 *
 * <h2>Why nothing is lost</h2>
 *
 * The cursor of the archive's subscription is moved last: behind it stand only events of segments
 * that are stored, and read back as they were. The log lets go of nothing that a cursor has not
 * passed. Who ends between two steps leaves at most a segment that no cursor vouches for, or an
 * older owner leaves one, as it does not know yet that it is one no longer; its name is its own, so
 * it stands in nobody's place. The next owner takes away what reaches past the cursor, as long as
 * the log still has all of it: after the log was restored, such segments tell of another history.
 */
final class PartitionArchive {
  static final String SUBSCRIPTION = "rookery-archive";

  private static final Duration TTL = Duration.ofSeconds(60);
  private static final int READ_EVENTS = 1_000;
  private static final long READ_BYTES = 4L << 20;
  private static final int ENOUGH_TO_LEARN = 1_000;
  private static final Duration AHEAD = Duration.ofDays(2);
  private static final Duration BETWEEN_CLEARINGS = Duration.ofMinutes(1);

  /** Archiving waits for no more at a time. */
  private static final int REMOVED_AT_ONCE = 100;

  /** What was just done, for tests that end the process there. */
  enum Step {
    CLAIMED,
    READ,
    LEARNED,
    STORED,
    SAVED,
    REMOVED
  }

  private final Partition partition;
  private final Backend backend;
  private final EventLog log;
  private final SubscriptionStore subscriptions;
  private final Shelf shelf;
  private final Pace pace;
  private final Retention retention;
  private final Environment environment;
  private final Consumer<Step> steps;
  private final String owner;

  private Optional<Claim> claim = Optional.empty();
  private Optional<Claim> watched = Optional.empty();
  private long watchedSince;
  private long renewedAt;
  private Place floor = Place.BEGINNING;
  private boolean waits;
  private long waitsSince;
  private Position removed = Position.ZERO;
  private long clearAt;

  PartitionArchive(
      Partition partition,
      Backend backend,
      Shelf shelf,
      Pace pace,
      Retention retention,
      Environment environment,
      Consumer<Step> steps) {
    this.partition = partition;
    this.backend = backend;
    this.log = backend.log();
    this.subscriptions = backend.subscriptions();
    this.shelf = shelf;
    this.pace = pace;
    this.retention = retention;
    this.environment = environment;
    this.steps = steps;
    this.owner = environment.newId();
    this.clearAt = environment.nanoTime();
  }

  /** Cuts a segment where one is due; says how many entries it took. Removes those that may go. */
  int step() {
    try {
      if (!owns()) {
        return 0;
      }
      if (!retention.isForEver() && environment.nanoTime() - clearAt >= 0) {
        clear();
      }
      long waiting = log.latest(partition).ordinal() - floor.ordinal();
      return isDue(waiting) ? archive(backend.setting(ArchivedLog.ERASURES)) : 0;
    } catch (StaleClaim e) {
      claim = Optional.empty();
      return 0;
    }
  }

  private boolean isDue(long waiting) {
    long now = environment.nanoTime();
    if (waiting <= 0) {
      waits = false;
    } else if (!waits) {
      waits = true;
      waitsSince = now;
    }
    return waiting >= pace.events() || (waits && now - waitsSince >= pace.age().toNanos());
  }

  private boolean owns() {
    long now = environment.nanoTime();
    if (claim.isPresent() && now - renewedAt >= TTL.toNanos() / 3) {
      claim = subscriptions.renew(List.of(claim.get())).stream().findFirst();
      renewedAt = now;
    }
    if (claim.isEmpty()) {
      claim = claimed(now);
      renewedAt = now;
      claim.ifPresent(this::begin);
    }
    return claim.isPresent();
  }

  private Optional<Claim> claimed(long now) {
    Optional<Claim> present =
        Optional.ofNullable(subscriptions.claims(SUBSCRIPTION).get(partition));
    if (present.isEmpty() || present.get().released()) {
      return present.flatMap(
          free -> subscriptions.claim(SUBSCRIPTION, partition, owner, TTL, Optional.empty()));
    }
    if (watched.filter(before -> standsStill(before, present.get())).isEmpty()) {
      watched = present;
      watchedSince = now;
    }
    return now - watchedSince < present.get().ttl().toNanos()
        ? Optional.empty()
        : subscriptions.claim(SUBSCRIPTION, partition, owner, TTL, present);
  }

  private static boolean standsStill(Claim before, Claim present) {
    return before.epoch() == present.epoch() && before.renewals() == present.renewals();
  }

  /** Goes on where the cursor says, and takes away what reaches past it. */
  private void begin(Claim mine) {
    floor = subscriptions.load(mine).floor();
    waits = false;
    removed = Position.ZERO;
    if (!log.earliest(partition).position().isAfter(floor.position())) {
      shelf.refresh();
      shelf.of(partition).stream()
          .filter(name -> name.last().isAfter(floor.position()))
          .forEach(name -> shelf.store().remove(name.toString()));
      shelf.refresh();
    }
    steps.accept(Step.CLAIMED);
  }

  private List<Entry> run() {
    List<Entry> run = new ArrayList<>();
    long bytes = 0;
    Position after = floor.position();
    while (run.size() < pace.events() && bytes < pace.bytes()) {
      int room = Math.min(READ_EVENTS, pace.events() - run.size());
      List<Entry> more =
          log.read(partition, after, room, Math.min(READ_BYTES, pace.bytes() - bytes));
      if (more.isEmpty()) {
        break;
      }
      run.addAll(more);
      bytes += more.stream().mapToLong(Entry::sizeBytes).sum();
      after = more.getLast().position();
    }
    return run;
  }

  /**
   * Archives a run.
   *
   * @param erasures as they were before it was read; where they are others after it is stored, it
   *     may hold what was erased meanwhile, and is read once more
   */
  private int archive(Optional<String> erasures) {
    List<Entry> run = run();
    if (run.isEmpty()) {
      return 0;
    }
    steps.accept(Step.READ);
    Optional<Dictionary> dictionary = dictionary(run);
    steps.accept(Step.LEARNED);
    Position last = run.getLast().position();
    byte[] segment =
        SegmentWriter.write(
            partition, floor, takenBy(log, partition, last, environment), run, dictionary);
    SegmentName name = shelf.put(segment);
    try {
      readBack(name, run);
    } catch (NotFound e) {
      shelf.store().remove(name.toString());
      throw e;
    }
    steps.accept(Step.STORED);
    if (!backend.setting(ArchivedLog.ERASURES).equals(erasures)) {
      shelf.store().remove(name.toString());
      return 0;
    }
    Place next = new Place(last, floor.ordinal() + run.size());
    subscriptions.save(claim.orElseThrow(), Cursor.at(next));
    steps.accept(Step.SAVED);
    floor = next;
    waits = false;
    return run.size();
  }

  /** The stream's; the first run that is long enough teaches it. */
  private Optional<Dictionary> dictionary(List<Entry> run) {
    Optional<Dictionary> known = shelf.dictionary(partition.stream());
    if (known.isPresent() || run.size() < ENOUGH_TO_LEARN) {
      return known;
    }
    List<Event> events = new ArrayList<>();
    for (Entry entry : run) {
      if (entry instanceof Entry.Stored stored) {
        events.add(stored.event());
      }
    }
    Optional<Dictionary> learned = Dictionary.train(events);
    learned.ifPresent(dictionary -> shelf.put(partition.stream(), dictionary));
    return learned;
  }

  /** Since the log lets go of them next, they are compared with what was stored. */
  private void readBack(SegmentName name, List<Entry> run) {
    Segment stored = shelf.reread(name);
    for (int row = 0; row < run.size(); row++) {
      if (!stored.entry(row).equals(run.get(row))) {
        throw new DamagedLog(
            "the segment "
                + shelf.store().place(name.toString())
                + " does not hold what was written at "
                + run.get(row).position()
                + "; the log keeps it, nothing is lost; look at the disk");
      }
    }
  }

  /** A time, to the millisecond, by which the log had taken an event. */
  static Instant takenBy(
      EventLog log, Partition partition, Position last, Environment environment) {
    long low = 0;
    long high = environment.now().plus(AHEAD).toEpochMilli();
    while (low < high) {
      long middle = (low + high) >>> 1;
      Position there = log.at(partition, Instant.ofEpochMilli(middle)).position();
      if (last.isAfter(there)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return Instant.ofEpochMilli(high);
  }

  /**
   * Removes segments, the oldest first. An erasure that had read one before it went may write it
   * once more: what ends where others went already goes too, or it would stand before a gap.
   */
  private void clear() {
    Map<SegmentName, Long> sizes = shelf.sizes().getOrDefault(partition, Map.of());
    List<SegmentName> due = new ArrayList<>();
    sizes.keySet().stream().filter(name -> !name.last().isAfter(removed)).forEach(due::add);
    retention.due(sizes, passed(), environment.now(), shelf::taken).stream()
        .filter(name -> name.last().isAfter(removed))
        .forEach(due::add);
    int now = Math.min(due.size(), REMOVED_AT_ONCE);
    for (SegmentName name : due.subList(0, now)) {
      // Somebody may have begun or gone back meanwhile
      if (name.last().isAfter(passed())) {
        break;
      }
      shelf.store().remove(name.toString());
      removed = name.last().isAfter(removed) ? name.last() : removed;
      steps.accept(Step.REMOVED);
    }
    if (now > 0) {
      shelf.refresh();
      shelf.clearDictionaries(partition.stream());
    }
    if (now == due.size()) {
      clearAt = environment.nanoTime() + BETWEEN_CLEARINGS.toNanos();
    }
  }

  /** What every subscription is past, the archive's own too. */
  private Position passed() {
    return subscriptions.list().stream()
        .map(each -> subscriptions.cursors(each.definition().name()).get(partition))
        .filter(Objects::nonNull)
        .map(cursor -> cursor.floor().position())
        .min(Comparator.naturalOrder())
        .orElse(floor.position());
  }

  void release() {
    claim.ifPresent(mine -> subscriptions.release(mine, true));
    claim = Optional.empty();
  }
}
