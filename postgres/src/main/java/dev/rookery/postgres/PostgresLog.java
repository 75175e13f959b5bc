package dev.rookery.postgres;

import dev.rookery.BusConfig;
import dev.rookery.EpochChanged;
import dev.rookery.Operations;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.PositionTrimmed;
import dev.rookery.Search;
import dev.rookery.spi.Append;
import dev.rookery.spi.Appended;
import dev.rookery.spi.Entry;
import dev.rookery.spi.EventLog;
import dev.rookery.spi.Outbox;
import dev.rookery.spi.Place;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** The events, each a row. */
final class PostgresLog implements EventLog, AutoCloseable {
  private static final int LARGEST_PAGE = 1_000;

  /** The mark is for an id. */
  static final String FIND =
      "SELECT p.stream, p.partition, "
          + EventRow.COLUMNS
          + " FROM rookery.events e JOIN rookery.partitions p ON p.number = e.partition"
          + " WHERE e.id = ? AND e.position > p.trimmed";

  private final Database database;
  private final BusConfig config;
  private final Partitions partitions;
  private final LiveSettings settings;
  private final Wakeups wakeups;
  private final Map<Partition, Appender> appenders = new ConcurrentHashMap<>();
  private final Map<Integer, Upkeep> upkeep = new ConcurrentHashMap<>();
  private final Map<Partition, Known> known = new ConcurrentHashMap<>();

  /**
   * The furthest event that was read here. As long as it stands where it stood, so does all before
   * it.
   */
  private record Known(long position, String id) {
    static final Known NOTHING = new Known(0, "");

    static Known later(Known one, Known other) {
      return one.position < other.position ? other : one;
    }
  }

  PostgresLog(
      Database database,
      BusConfig config,
      Partitions partitions,
      LiveSettings settings,
      Wakeups wakeups) {
    this.database = database;
    this.config = config;
    this.partitions = partitions;
    this.settings = settings;
    this.wakeups = wakeups;
  }

  @Override
  public List<Appended> append(Partition partition, List<Append> events) {
    settings.requireDemanded();
    return events.isEmpty() ? List.of() : appender(partition).append(events);
  }

  private Appender appender(Partition partition) {
    return appenders.computeIfAbsent(
        partition,
        p ->
            new Appender(
                database,
                partitions,
                p,
                config.idWindow(),
                () -> settings.now().durability(),
                (end, number) -> appended(p, number, end)));
  }

  /** What came from the outbox. */
  void moved(Outbox.Batch batch) {
    Appender.end(batch.answers())
        .ifPresent(end ->
            partitions
                .find(batch.partition())
                .ifPresent(number -> appended(batch.partition(), number, end)));
  }

  private void appended(Partition partition, int number, Position end) {
    wakeups.appended(partition, end);
    upkeep(number).reached(end.high());
  }

  private Upkeep upkeep(int number) {
    return upkeep.computeIfAbsent(number, n -> new Upkeep(database, n, config.idWindow()));
  }

  @Override
  public List<Entry> read(Partition partition, Position after, int maxEvents, long maxBytes) {
    Optional<Integer> number = partitions.find(partition);
    if (number.isEmpty()) {
      requireReachable(partition, after, Tail.EMPTY);
      return List.of();
    }
    List<Entry> entries = new ArrayList<>();
    long bytes = 0;
    Position end = after;
    while (true) {
      int wanted = Math.min(maxEvents - entries.size(), LARGEST_PAGE);
      List<Entry> page = page(partition, number.get(), end, wanted, maxBytes - bytes);
      bytes += page.stream().mapToLong(Entry::sizeBytes).sum();
      if (!entries.isEmpty() && bytes > maxBytes) {
        return entries;
      }
      entries.addAll(page);
      if (page.size() < wanted || entries.size() == maxEvents) {
        return entries;
      }
      end = entries.getLast().position();
    }
  }

  private List<Entry> page(
      Partition partition, int number, Position after, int maxEvents, long maxBytes) {
    long from = after.high();
    Known before = known.getOrDefault(partition, Known.NOTHING);
    List<Entry> entries = new ArrayList<>();
    List<Tail> tails =
        database.call(session ->
            session.list(
                row -> {
                  if (row.getObject(Tail.WIDTH + 1) != null) {
                    entries.add(EventRow.read(row, Tail.WIDTH));
                  }
                  return Tail.read(row);
                },
                query("rookery.events_" + number),
                before.position,
                from,
                from + maxEvents,
                from + 1,
                from,
                number,
                maxBytes,
                number));
    if (tails.isEmpty()) {
      throw partitions.gone(partition);
    }
    requireReachable(partition, after, tails.getFirst());
    requireSameHistory(partition, before, tails.getFirst());
    List<Entry> joined = joined(entries, from);
    if (joined.isEmpty() && !entries.isEmpty()) {
      throw hole(partition, after, tails.getFirst());
    }
    if (!joined.isEmpty() && joined.getLast() instanceof Entry.Stored(var end, var event)) {
      known.merge(partition, new Known(end.high(), event.id()), Known::later);
    }
    return joined;
  }

  /** Those right after a position, up to the first hole: who reads on from there is told of it. */
  private static List<Entry> joined(List<Entry> entries, long after) {
    int count = entries.size();
    if (count == 0 || entries.getLast().position().high() == after + count) {
      return entries;
    }
    int joined = 0;
    while (entries.get(joined).position().high() == after + joined + 1) {
      joined++;
    }
    return entries.subList(0, joined);
  }

  /** Positions have no gaps, so a range of them is a count; totals bound the bytes. */
  private static String query(String events) {
    return "SELECT "
        + Tail.COLUMNS
        + ", (SELECT k.id FROM "
        + events
        + " k WHERE k.position = ?), e.* FROM rookery.partitions p LEFT JOIN (SELECT "
        + EventRow.COLUMNS
        + " FROM "
        + events
        + " e WHERE e.position > ? AND e.position <= ? AND (e.position = ? OR e.total <="
        + " coalesce((SELECT b.total FROM "
        + events
        + " b WHERE b.position = ?), (SELECT t.trimmed_bytes FROM rookery.partitions t WHERE"
        + " t.number = ?)) + ?)) e ON true WHERE p.number = ? ORDER BY e.position";
  }

  @Override
  public Examined examine(Partition partition, Position after, int maxEvents, long maxBytes) {
    Optional<Integer> number = partitions.find(partition);
    if (number.isEmpty()) {
      return new Examined(List.of(), List.of());
    }
    List<Entry> entries =
        database
            .patient()
            .call(session ->
                session.list(
                    (ResultSet row) -> EventRow.read(row, 0),
                    examination("rookery.events_" + number.get()),
                    after.high(),
                    number.get(),
                    maxBytes,
                    Math.min(maxEvents, LARGEST_PAGE)));
    return new Examined(entries, List.of());
  }

  /** What stands after a position, whatever is missing; totals bound the bytes. */
  private static String examination(String events) {
    return "WITH begin AS (SELECT greatest(p.trimmed, ?) AS after, p.last FROM rookery.partitions p"
        + " WHERE p.number = ?) SELECT "
        + EventRow.COLUMNS
        + " FROM begin, "
        + events
        + " e WHERE e.position > begin.after AND e.position <= begin.last AND e.total <= ? + (SELECT"
        + " f.total FROM "
        + events
        + " f WHERE f.position > (SELECT after FROM begin) ORDER BY f.position LIMIT 1) ORDER BY"
        + " e.position LIMIT ?";
  }

  private void requireReachable(Partition partition, Position after, Tail tail) {
    if (after.high() < tail.trimmed()) {
      throw new PositionTrimmed(
          partition
              + " keeps events after "
              + tail.trimmed()
              + "; those between "
              + after
              + " and it are trimmed");
    }
    if (after.high() > tail.last()) {
      throw hole(partition, after, tail);
    }
  }

  /** Compares what stands where the last event stood that was read here. */
  private void requireSameHistory(Partition partition, Known before, Tail tail) {
    boolean other = !tail.known().isEmpty() && !tail.known().equals(before.id);
    if (before.position > tail.last() || before.position > tail.trimmed() && other) {
      throw new EpochChanged(
          database.address()
              + " has another event than before at "
              + before.position
              + " in "
              + partition
              + ": an older state was restored; open the bus again to go on with what is there");
    }
  }

  private EpochChanged hole(Partition partition, Position after, Tail tail) {
    return new EpochChanged(
        database.address()
            + " has no event after "
            + after
            + " in "
            + partition
            + ", whose last is "
            + tail.last()
            + ": an older state was restored, rows were deleted, or the schema was emptied ('rookery"
            + " verify' shows where); rewind the subscription to go on with what is there");
  }

  private Tail tail(Partition partition) {
    return partitions
        .find(partition)
        .map(number ->
            database
                .call(session ->
                    session.first(
                        Tail::read,
                        "SELECT "
                            + Tail.COLUMNS
                            + ", NULL FROM rookery.partitions p WHERE p.number = ?",
                        number))
                .orElseThrow(() -> partitions.gone(partition)))
        .orElse(Tail.EMPTY);
  }

  @Override
  public Place earliest(Partition partition) {
    return Tail.place(tail(partition).trimmed());
  }

  @Override
  public Place latest(Partition partition) {
    return Tail.place(tail(partition).last());
  }

  @Override
  public Place after(Partition partition, Position position) {
    Tail tail = tail(partition);
    return Tail.place(Math.clamp(position.high(), tail.trimmed(), tail.last()));
  }

  @Override
  public Place at(Partition partition, Instant time) {
    return partitions
        .find(partition)
        .flatMap(number ->
            database.call(session ->
                session.first(
                    (ResultSet row) -> Tail.place(row.getLong(1)),
                    "SELECT rookery.position_before(number, trimmed, last, ?, NULL)"
                        + " FROM rookery.partitions WHERE number = ?",
                    Times.of(time),
                    number)))
        .orElse(Place.BEGINNING);
  }

  @Override
  public List<Operations.Located> find(String id) {
    return database.call(session -> session.list(PostgresLog::located, FIND, id)).stream()
        .flatMap(Optional::stream)
        .toList();
  }

  private static Optional<Operations.Located> located(ResultSet row) throws SQLException {
    Partition partition = new Partition(row.getString(1), row.getInt(2));
    return EventRow.read(row, 2) instanceof Entry.Stored(var position, var event)
        ? Optional.of(new Operations.Located(partition, position, event))
        : Optional.empty();
  }

  @Override
  public Found search(Partition partition, Search wanted, Position after, int limit) {
    Optional<Integer> number = partitions.find(partition);
    Tail tail = number.isEmpty() ? Tail.EMPTY : tail(partition);
    requireReachable(partition, after, tail);
    return after.high() == tail.last()
        ? new Found(List.of(), after, true)
        : new EventSearch(database.patient(), number.orElseThrow(), wanted, config.catalogue())
            .after(after.high(), tail, limit);
  }

  @Override
  public Runnable listen(Consumer<Partition> listener) {
    return wakeups.listen(listener);
  }

  @Override
  public long trim(
      Partition partition,
      Optional<Duration> age,
      Optional<Long> keepBytes,
      Optional<String> keeper) {
    Optional<Integer> number = partitions.find(partition);
    if (number.isEmpty() || age.isEmpty() && keepBytes.isEmpty()) {
      return 0;
    }
    long removed =
        database
            .patient()
            .transaction(session ->
                session
                    .first(
                        (ResultSet row) -> row.getLong(1),
                        "SELECT rookery.trim_partition(?, ?, ? * interval '1 microsecond', ?, ?)",
                        number.get(),
                        partition.toString(),
                        age.map(Times::micros).orElse(null),
                        keepBytes.orElse(null),
                        keeper.orElse(null))
                    .orElse(0L));
    upkeep(number.get()).ask();
    return removed;
  }

  @Override
  public void erase(Partition partition, String key, Collection<Position> positions) {
    Optional<Integer> number = partitions.find(partition);
    if (number.isEmpty()) {
      return;
    }
    List<Position> left = List.copyOf(positions);
    do {
      int slice = Math.min(LARGEST_PAGE, left.size());
      erase(number.get(), key, left.subList(0, slice));
      left = left.subList(slice, left.size());
    } while (!left.isEmpty());
  }

  private void erase(int number, String key, List<Position> positions) {
    Object[] places = positions.stream().map(Position::high).toArray(Long[]::new);
    database
        .patient()
        .transaction(session ->
            session.first(
                (ResultSet row) -> row.getLong(1),
                "SELECT rookery.erase_events(?, ?, ?)",
                number,
                key,
                session.array("bigint", places)));
  }

  @Override
  public boolean hasGaplessPositions() {
    return true;
  }

  @Override
  public PartitionSize size(Partition partition) {
    Tail tail = tail(partition);
    if (tail.last() == tail.trimmed()) {
      return new PartitionSize(0, 0, Optional.empty(), Optional.empty(), Optional.empty());
    }
    Optional<Instant> oldest =
        partitions
            .find(partition)
            .flatMap(number ->
                database.call(session ->
                    session.first(
                        (ResultSet row) -> EventRow.instant(row, 1),
                        "SELECT stored_at FROM rookery.events_" + number + " WHERE position = ?",
                        tail.trimmed() + 1)));
    return new PartitionSize(
        tail.last() - tail.trimmed(),
        tail.bytes(),
        Optional.of(Position.of(tail.trimmed() + 1)),
        Optional.of(Position.of(tail.last())),
        oldest);
  }

  @Override
  public void close() {
    appenders.values().forEach(Appender::close);
  }
}
