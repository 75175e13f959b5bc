package dev.rookery.archive;

import dev.rookery.Operations.Located;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.PositionTrimmed;
import dev.rookery.Search;
import dev.rookery.spi.Append;
import dev.rookery.spi.Appended;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Entry;
import dev.rookery.spi.Environment;
import dev.rookery.spi.EventLog;
import dev.rookery.spi.Place;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A log that goes on where it ends at its old end: what was trimmed is read out of the archive.
 *
 * <p>The log is asked first, and only what it no longer has comes from the archive, so it does not
 * matter how far the two overlap, nor when the log lets go. Where the log begins is remembered,
 * since it only rises, and saves asking it in vain.
 */
final class ArchivedLog implements EventLog {
  /** The setting that is another after each erasure; who archives compares it. */
  static final String ERASURES = "erasures";

  private final Backend live;
  private final EventLog log;
  private final Shelf shelf;
  private final Environment environment;
  private final ArchiveReading archive;
  private final Map<Partition, Position> begins = new ConcurrentHashMap<>();

  ArchivedLog(Backend live, Shelf shelf, Environment environment) {
    this.live = live;
    this.log = live.log();
    this.shelf = shelf;
    this.environment = environment;
    this.archive = new ArchiveReading(shelf);
  }

  @Override
  public List<Appended> append(Partition partition, List<Append> events) {
    return log.append(partition, events);
  }

  @Override
  public List<Entry> read(Partition partition, Position after, int maxEvents, long maxBytes) {
    return filled(partition, after, maxEvents, maxBytes, log::read);
  }

  @Override
  public List<Entry> follow(Partition partition, Position after, int maxEvents, long maxBytes) {
    return filled(partition, after, maxEvents, maxBytes, log::follow);
  }

  /** A way to read a log. */
  private interface Reads {
    List<Entry> read(Partition partition, Position after, int maxEvents, long maxBytes);
  }

  /** Entries out of one segment, or out of the log. */
  private record Part(List<Entry> entries, boolean archived) {
    long bytes() {
      return entries.stream().mapToLong(Entry::sizeBytes).sum();
    }
  }

  /**
   * As much as is asked for, out of several segments and the log: who gets less takes it for the
   * log's end. So what cannot be read is said before the last entries in front of it are given.
   */
  private List<Entry> filled(
      Partition partition, Position after, int maxEvents, long maxBytes, Reads live) {
    Part part = part(partition, after, maxEvents, maxBytes, live);
    if (!part.archived) {
      return part.entries;
    }
    List<Entry> entries = new ArrayList<>(part.entries);
    long left = maxBytes - part.bytes();
    while (part.archived && entries.size() < maxEvents && left > 0) {
      Position reached = entries.getLast().position();
      part = part(partition, reached, maxEvents - entries.size(), left, live);
      left -= part.bytes();
      if (left >= 0) {
        entries.addAll(part.entries);
      }
    }
    return entries;
  }

  private Part part(Partition partition, Position after, int maxEvents, long maxBytes, Reads live) {
    return reading(
        partition,
        after,
        from -> new Part(live.read(partition, from, maxEvents, maxBytes), false),
        from ->
            archive
                .read(partition, from, maxEvents, maxBytes)
                .map(entries -> new Part(entries, true)));
  }

  @Override
  public Found search(Partition partition, Search wanted, Position after, int limit) {
    return reading(
        partition,
        after,
        from -> log.search(partition, wanted, from, limit),
        from -> archive.search(partition, wanted, from, limit));
  }

  /** Asks the log where it has what follows, the archive where it has it no longer. */
  private <T> T reading(
      Partition partition,
      Position after,
      Function<Position, T> fromLog,
      Function<Position, Optional<T>> fromArchive) {
    if (!begins.getOrDefault(partition, Position.ZERO).isAfter(after)) {
      try {
        return fromLog.apply(after);
      } catch (PositionTrimmed e) {
        begins.merge(partition, log.earliest(partition).position(), ArchivedLog::later);
      }
    }
    return shelf.looking(() -> {
      Position from = archive.passedOver(partition, after);
      return fromArchive.apply(from).orElseGet(() -> behind(partition, from, fromLog));
    });
  }

  private <T> T behind(Partition partition, Position from, Function<Position, T> fromLog) {
    try {
      return fromLog.apply(from);
    } catch (PositionTrimmed e) {
      throw new PositionTrimmed(
          "the events of %s right after %s are gone, from log and archive; the first kept stands after %s"
              .formatted(partition, from, earliest(partition).position()),
          e);
    }
  }

  private static Position later(Position one, Position other) {
    return one.isAfter(other) ? one : other;
  }

  /** Of the log alone, as {@link #size}. */
  @Override
  public Examined examine(Partition partition, Position after, int maxEvents, long maxBytes) {
    return log.examine(partition, after, maxEvents, maxBytes);
  }

  @Override
  public Place earliest(Partition partition) {
    Place kept = log.earliest(partition);
    if (kept.ordinal() == 0) {
      return kept;
    }
    return shelf
        .looking(() -> archive.earliest(partition))
        .filter(place -> kept.position().isAfter(place.position()))
        .orElse(kept);
  }

  @Override
  public Place latest(Partition partition) {
    return log.latest(partition);
  }

  /** In the archive as exactly as a segment, and never too late. */
  @Override
  public Place at(Partition partition, Instant time) {
    Place kept = log.at(partition, time);
    if (!kept.equals(log.earliest(partition))) {
      return kept;
    }
    return shelf
        .looking(() -> archive.at(partition, time))
        .filter(place -> kept.position().isAfter(place.position()))
        .orElse(kept);
  }

  @Override
  public Place after(Partition partition, Position position) {
    Place kept = log.after(partition, position);
    return kept.position().isAfter(position)
        ? shelf.looking(() -> archive.after(partition, position)).orElse(kept)
        : kept;
  }

  @Override
  public List<Located> find(String id) {
    List<Located> found = new ArrayList<>(shelf.looking(() -> archive.find(id)));
    for (Located located : log.find(id)) {
      if (found.stream().noneMatch(other -> isSame(located, other))) {
        found.add(located);
      }
    }
    return found;
  }

  private static boolean isSame(Located one, Located other) {
    return one.partition().equals(other.partition()) && one.position().equals(other.position());
  }

  @Override
  public Runnable listen(Consumer<Partition> listener) {
    return log.listen(listener);
  }

  @Override
  public Optional<Place> group(String subscription, Partition partition) {
    return log.group(subscription, partition);
  }

  /** What is archived goes although others have yet to read it: they read on in the archive. */
  @Override
  public long trim(
      Partition partition,
      Optional<Duration> age,
      Optional<Long> keepBytes,
      Optional<String> keeper) {
    return log.trim(
        partition, age, keepBytes, keeper.or(() -> Optional.of(PartitionArchive.SUBSCRIPTION)));
  }

  /**
   * First in the log, so that what is read there from then on is erased already; then the mark
   * changes. Who archives what he read before stored it before that, and it is found here, or finds
   * the mark changed and takes it back.
   */
  @Override
  public void erase(Partition partition, String key, Collection<Position> positions) {
    log.erase(partition, key, positions);
    changeMark();
    new ErasedSegments(shelf, partition, key).erase(positions);
  }

  private void changeMark() {
    Optional<String> seen = live.setting(ERASURES);
    while (!live.changeSetting(ERASURES, seen, environment.newId())) {
      seen = live.setting(ERASURES);
    }
  }

  @Override
  public boolean hasGaplessPositions() {
    return log.hasGaplessPositions();
  }

  /** Of the log alone, since what it may take is about it alone. */
  @Override
  public PartitionSize size(Partition partition) {
    return log.size(partition);
  }
}
