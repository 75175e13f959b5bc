package dev.rookery.hybrid;

import dev.rookery.Operations;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.RookeryException;
import dev.rookery.Search;
import dev.rookery.spi.Append;
import dev.rookery.spi.Appended;
import dev.rookery.spi.Entry;
import dev.rookery.spi.EventLog;
import dev.rookery.spi.Listeners;
import dev.rookery.spi.Place;
import dev.rookery.spi.Tail;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The log, with a tail that is read first.
 *
 * <p>A read takes from the tail what follows its position without a hole, and the rest from the
 * log: what an append returned is read by every later read, whether or not the tail has it. Only
 * who follows the log is spared that second question, while the tail is known to follow it too.
 */
final class HybridLog implements EventLog {
  private final EventLog log;
  private final Tail tail;
  private final LogEpoch epoch;
  private final Copyist copyist;
  private final Listeners listeners;
  private final Counts counts;

  HybridLog(
      EventLog log,
      Tail tail,
      LogEpoch epoch,
      Copyist copyist,
      Listeners listeners,
      Counts counts) {
    this.log = log;
    this.tail = tail;
    this.epoch = epoch;
    this.copyist = copyist;
    this.listeners = listeners;
    this.counts = counts;
  }

  @Override
  public List<Appended> append(Partition partition, List<Append> events) {
    List<Appended> answers = log.append(partition, events);
    copyist.stored(partition, events, answers);
    return answers;
  }

  @Override
  public List<Entry> read(Partition partition, Position after, int maxEvents, long maxBytes) {
    List<Entry> found = fromTail(partition, after, maxEvents, maxBytes).orElse(List.of());
    long room = maxBytes - found.stream().mapToLong(Entry::sizeBytes).sum();
    if (found.size() == maxEvents || (room <= 0 && !found.isEmpty())) {
      return found;
    }
    if (found.isEmpty()) {
      return fromLog(partition, after, maxEvents, maxBytes);
    }
    Position end = found.getLast().position();
    List<Entry> all = new ArrayList<>(found);
    for (Entry entry : fromLog(partition, end, maxEvents - found.size(), room)) {
      room -= entry.sizeBytes();
      if (room < 0) {
        break;
      }
      all.add(entry);
    }
    return all;
  }

  /** Where the tail is known to follow the log, nothing in it is nothing new. */
  @Override
  public List<Entry> follow(Partition partition, Position after, int maxEvents, long maxBytes) {
    return fromTail(partition, after, maxEvents, maxBytes)
        .filter(found -> !found.isEmpty() || copyist.follows(partition, after))
        .orElseGet(() -> fromLog(partition, after, maxEvents, maxBytes));
  }

  private List<Entry> fromLog(Partition partition, Position after, int maxEvents, long maxBytes) {
    List<Entry> found = log.read(partition, after, maxEvents, maxBytes);
    counts.readFromLog.add(found.size());
    return found;
  }

  /** What follows the position in the tail; nothing can be said where it begins with a hole. */
  private Optional<List<Entry>> fromTail(
      Partition partition, Position after, int maxEvents, long maxBytes) {
    if (!copyist.knows(partition, after)) {
      return Optional.empty();
    }
    try {
      List<Entry> found = tail.read(partition, epoch.now(), after, maxEvents, maxBytes);
      int joined = 0;
      while (joined < found.size()
          && found.get(joined).position().equals(Position.of(after.high() + joined + 1))) {
        joined++;
      }
      if (joined < found.size()) {
        counts.holesRead.increment();
      }
      counts.readFromTail.add(joined);
      return joined == 0 && !found.isEmpty()
          ? Optional.empty()
          : Optional.of(found.subList(0, joined));
    } catch (RookeryException e) {
      copyist.lost(e);
      return Optional.empty();
    }
  }

  @Override
  public Examined examine(Partition partition, Position after, int maxEvents, long maxBytes) {
    return log.examine(partition, after, maxEvents, maxBytes);
  }

  @Override
  public Place earliest(Partition partition) {
    return log.earliest(partition);
  }

  @Override
  public Place latest(Partition partition) {
    return log.latest(partition);
  }

  @Override
  public Place at(Partition partition, Instant time) {
    return log.at(partition, time);
  }

  @Override
  public Place after(Partition partition, Position position) {
    return log.after(partition, position);
  }

  @Override
  public List<Operations.Located> find(String id) {
    return log.find(id);
  }

  @Override
  public Found search(Partition partition, Search wanted, Position after, int limit) {
    return log.search(partition, wanted, after, limit);
  }

  @Override
  public Runnable listen(Consumer<Partition> listener) {
    return listeners.add(listener);
  }

  @Override
  public Optional<Place> group(String subscription, Partition partition) {
    return log.group(subscription, partition);
  }

  /** What the log lets go the tail lets go too. */
  @Override
  public long trim(
      Partition partition,
      Optional<Duration> age,
      Optional<Long> keepBytes,
      Optional<String> keeper) {
    long removed = log.trim(partition, age, keepBytes, keeper);
    if (removed > 0) {
      copyist.trimmed(partition, log.earliest(partition).position());
    }
    return removed;
  }

  /** The tail lets go of all that it may have of them; who reads there reads the log meanwhile. */
  @Override
  public void erase(Partition partition, String key, Collection<Position> positions) {
    log.erase(partition, key, positions);
    positions.stream().max(Comparator.naturalOrder()).ifPresent(last -> forget(partition, last));
  }

  /** The tail lets go of all up to a position; it is read from the log until it has grown again. */
  void forget(Partition partition, Position upTo) {
    tail.forget(partition, upTo);
    copyist.trimmed(partition, upTo);
  }

  @Override
  public boolean hasGaplessPositions() {
    return log.hasGaplessPositions();
  }

  @Override
  public PartitionSize size(Partition partition) {
    return log.size(partition);
  }
}
