package dev.rookery.redis;

import dev.rookery.BusConfig;
import dev.rookery.EpochChanged;
import dev.rookery.Operations;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.PositionTrimmed;
import dev.rookery.RookeryException;
import dev.rookery.TrimmedByOthers;
import dev.rookery.spi.Append;
import dev.rookery.spi.Appended;
import dev.rookery.spi.Entry;
import dev.rookery.spi.Environment;
import dev.rookery.spi.EventLog;
import dev.rookery.spi.Place;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import redis.clients.jedis.Protocol.Command;

/**
 * The events, each an entry of a stream.
 *
 * <h2>No gap without a word</h2>
 *
 * Positions do not subtract, so a missing entry cannot be seen in those that are there. Every read
 * therefore begins with the entry that the reader has already, and drops it: if it still stands
 * there, all after it does. Only where it does not the server is asked why: trimmed, by us or by
 * others, or never there, which means that this is not the log that the reader knows.
 */
final class RedisLog implements EventLog {
  private static final int TRIM_SLICE = 1_000;
  private static final int LARGEST_PAGE = 1_000;

  private final Redis redis;
  private final EventFields fields;
  private final Partitions partitions;
  private final LiveSettings settings;
  private final Wakeups wakeups;
  private final Environment environment;
  private volatile long averageBytes = 1_024;

  RedisLog(
      Redis redis,
      BusConfig config,
      Partitions partitions,
      LiveSettings settings,
      Wakeups wakeups,
      Environment environment) {
    this.redis = redis;
    this.fields = new EventFields(config.catalogue(), config.limits());
    this.partitions = partitions;
    this.settings = settings;
    this.wakeups = wakeups;
    this.environment = environment;
  }

  @Override
  public List<Appended> append(Partition partition, List<Append> events) {
    settings.requireDemanded();
    return events.isEmpty() ? List.of() : partitions.appender(partition).append(events);
  }

  @Override
  public List<Entry> read(Partition partition, Position after, int maxEvents, long maxBytes) {
    List<Entry> entries = readOn(partition, after, maxEvents, maxBytes);
    if (!entries.isEmpty()) {
      wakeups.seen(partition, entries.getLast().position());
    }
    return entries;
  }

  private List<Entry> readOn(Partition partition, Position after, int maxEvents, long maxBytes) {
    List<Entry> entries = new ArrayList<>();
    long bytes = 0;
    Position end = after;
    while (true) {
      int wanted = pageSize(maxEvents - entries.size(), maxBytes - bytes);
      List<Reply> page = page(partition, end, wanted + 1);
      boolean joins = !page.isEmpty() && id(page.getFirst()).equals(end);
      Optional<RookeryException> gap = joins ? Optional.empty() : gap(partition, end);
      if (gap.isPresent() && !entries.isEmpty()) {
        return entries;
      } else if (gap.isPresent()) {
        throw gap.get();
      }
      List<Reply> fresh = page.subList(joins ? 1 : 0, page.size());
      long pageBytes = 0;
      for (Reply each : fresh) {
        Entry entry = fields.decode(each);
        long size = entry.sizeBytes();
        if (entries.size() == maxEvents || (!entries.isEmpty() && bytes + size > maxBytes)) {
          return entries;
        }
        entries.add(entry);
        bytes += size;
        pageBytes += size;
        end = entry.position();
      }
      averageBytes = fresh.isEmpty() ? averageBytes : Math.max(200, pageBytes / fresh.size());
      if (page.size() <= wanted || entries.size() == maxEvents) {
        return entries;
      }
    }
  }

  @Override
  public Examined examine(Partition partition, Position after, int maxEvents, long maxBytes) {
    String from = "(" + Ids.of(after);
    List<Entry> entries =
        redis
            .call(
                Command.XRANGE,
                Keys.of(partition).stream(),
                from,
                "+",
                "COUNT",
                pageSize(maxEvents, maxBytes))
            .list()
            .stream()
            .map(fields::decode)
            .toList();
    return new Examined(entries, List.of());
  }

  private int pageSize(int events, long bytes) {
    return Math.clamp(Math.min(events, bytes / averageBytes + 1), 1, LARGEST_PAGE);
  }

  private List<Reply> page(Partition partition, Position from, int count) {
    return redis
        .call(Command.XRANGE, Keys.of(partition).stream(), Ids.of(from), "+", "COUNT", count)
        .list();
  }

  private static Position id(Reply entry) {
    return Ids.position(entry.list().getFirst().bytes());
  }

  /** Why the entry at a position was not found, where that means that later ones are missing. */
  private Optional<RookeryException> gap(Partition partition, Position after) {
    Tail tail = partitions.look(partition);
    if (after.equals(tail.trimmed())) {
      return Optional.empty();
    }
    if (tail.trimmed().isAfter(after)) {
      return Optional.of(
          tail.taken().isAfter(after)
              ? taken(partition, after, tail)
              : trimmed(partition, after, tail));
    }
    boolean deletedAlone = tail.lost() > 0 && !after.isAfter(tail.last());
    return deletedAlone ? Optional.empty() : Optional.of(unknown(partition, after, tail));
  }

  private static TrimmedByOthers taken(Partition partition, Position after, Tail tail) {
    return new TrimmedByOthers(
        "others removed "
            + tail.lost()
            + " events of "
            + partition
            + " up to "
            + tail.taken()
            + ", and those after "
            + after
            + " were not read; let publishers write without MAXLEN, and rewind the subscription");
  }

  private static PositionTrimmed trimmed(Partition partition, Position after, Tail tail) {
    return new PositionTrimmed(
        partition
            + " keeps events after "
            + tail.trimmed()
            + "; those between "
            + after
            + " and it are trimmed");
  }

  private EpochChanged unknown(Partition partition, Position after, Tail tail) {
    return new EpochChanged(
        redis.address()
            + " has no event "
            + after
            + " in "
            + partition
            + ", whose last is "
            + tail.last()
            + ": it was restarted empty, went back to older data, or the stream was deleted;"
            + " rewind the subscription to go on with what is there");
  }

  @Override
  public Place earliest(Partition partition) {
    return partitions.look(partition).earliest();
  }

  @Override
  public Place latest(Partition partition) {
    return partitions.look(partition).latest();
  }

  @Override
  public Place after(Partition partition, Position position) {
    Tail tail = partitions.look(partition);
    if (!position.isAfter(tail.trimmed())) {
      return tail.earliest();
    }
    return position.isAfter(tail.last()) ? tail.latest() : place(partition, tail, Ids.of(position));
  }

  @Override
  public Place at(Partition partition, Instant time) {
    Tail tail = partitions.look(partition);
    long millis = time.isBefore(Instant.EPOCH) ? 0 : time.plusNanos(999_999).toEpochMilli();
    if (millis == 0) {
      return tail.earliest();
    }
    return millis > tail.last().high()
        ? tail.latest()
        : place(partition, tail, "(" + millis + "-0");
  }

  /** The place after the last entry up to a bound. */
  private Place place(Partition partition, Tail tail, String bound) {
    List<Reply> last =
        redis.call(Command.XREVRANGE, Keys.of(partition).stream(), bound, "-", "COUNT", 1).list();
    if (last.isEmpty()) {
      return tail.earliest();
    }
    Position position = id(last.getFirst());
    return new Place(position, ordinal(partition, tail, position));
  }

  /** Counts from the end that is nearer by time, since entries know no ordinals. */
  private long ordinal(Partition partition, Tail tail, Position position) {
    long begin = tail.first().orElse(position).high();
    boolean early = position.high() - begin < tail.last().high() - position.high();
    return early
        ? tail.gone() + count(partition, Position.ZERO, position)
        : tail.added() - count(partition, position, tail.last());
  }

  /** How many entries stand after a position up to another. */
  long count(Partition partition, Position after, Position upTo) {
    String stream = Keys.of(partition).stream();
    long count = 0;
    String from = Ids.of(after);
    while (true) {
      List<Reply> answer =
          redis
              .run(Call.of(Scripts.Name.COUNT, stream).with(from, Ids.of(upTo), LARGEST_PAGE))
              .list();
      count += answer.get(0).number();
      if (answer.get(0).number() < LARGEST_PAGE) {
        return count;
      }
      from = answer.get(1).text();
    }
  }

  @Override
  public Optional<Place> group(String subscription, Partition partition) {
    return new NativeGroups(redis, this)
        .find(subscription, partition)
        .map(adoption -> adoption.cursor().floor());
  }

  /** Looks through all that is kept, the last first: Redis has no index of ids. */
  @Override
  public List<Operations.Located> find(String id) {
    List<Operations.Located> found = new ArrayList<>();
    byte[] wanted = id.getBytes(StandardCharsets.UTF_8);
    for (Partition partition : partitions.known()) {
      String upTo = "+";
      for (List<Reply> page = before(partition, upTo);
          !page.isEmpty();
          page = before(partition, upTo)) {
        for (Reply each : page) {
          if (EventFields.hasId(each, wanted)
              && fields.decode(each) instanceof Entry.Stored(var position, var event)) {
            found.add(new Operations.Located(partition, position, event));
          }
        }
        upTo = "(" + Ids.of(id(page.getLast()));
      }
    }
    return found;
  }

  private List<Reply> before(Partition partition, String upTo) {
    String stream = Keys.of(partition).stream();
    return redis.call(Command.XREVRANGE, stream, upTo, "-", "COUNT", LARGEST_PAGE).list();
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
    Keys keys = Keys.of(partition);
    return redis
        .run(
            Call.of(Scripts.Name.TRIM, keys.stream(), keys.meta(), keys.floors(), keys.groups())
                .with(
                    age.map(Duration::toMillis).orElse(-1L),
                    keepBytes.orElse(-1L),
                    TRIM_SLICE,
                    keeper.orElse("")))
        .number();
  }

  @Override
  public void erase(Partition partition, String key, Collection<Position> positions) {
    new Erasure(redis, fields, partition, key, environment.newId()).of(positions);
  }

  @Override
  public PartitionSize size(Partition partition) {
    Tail tail = partitions.look(partition);
    if (tail.length() == 0) {
      return new PartitionSize(0, 0, Optional.empty(), Optional.empty(), Optional.empty());
    }
    Reply bytes = redis.call(Command.MEMORY, "USAGE", Keys.of(partition).stream());
    return new PartitionSize(
        tail.length(),
        bytes.isNothing() ? 0 : bytes.number(),
        tail.first(),
        Optional.of(tail.last()),
        tail.first().map(Ids::time));
  }
}
