package dev.rookery.memory;

import dev.rookery.Durability;
import dev.rookery.Event;
import dev.rookery.Operations.Located;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.PositionTrimmed;
import dev.rookery.spi.Append;
import dev.rookery.spi.Appended;
import dev.rookery.spi.Entry;
import dev.rookery.spi.EventLog.PartitionSize;
import dev.rookery.spi.Place;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The events of one partition. Positions count from 1, so that position and ordinal are the same
 * number; events lie in chunks by position, so that nothing is copied as the log grows and reading
 * begins anywhere at once. Every method holds the partition's lock, for as long as one batch takes.
 */
final class MemoryPartition {
  private static final int CHUNK = 1_024;
  private static final int TRIMMED_AT_ONCE = 10_000;

  private record Slot(Entry.Stored entry, Instant taken, int bytes) {}

  private final Partition partition;
  private final IdWindow ids;
  private final AtomicLong allBytes;
  private final Map<Long, @Nullable Slot[]> chunks = new HashMap<>();
  private long first = 1;
  private long last;
  private long bytes;

  /** When the last event was taken; never steps back, so that times rise with positions. */
  private Instant clock = Instant.EPOCH;

  MemoryPartition(Partition partition, IdWindow ids, AtomicLong allBytes) {
    this.partition = partition;
    this.ids = ids;
    this.allBytes = allBytes;
  }

  synchronized List<Appended> append(List<Append> events, Instant now, long nanos) {
    clock = now.isAfter(clock) ? now : clock;
    ids.forgetOld(nanos);
    List<Appended> answers = new ArrayList<>(events.size());
    for (Append append : events) {
      answers.add(
          ids.find(append).map(seen -> again(append, seen)).orElseGet(() -> store(append, nanos)));
    }
    return answers;
  }

  private static Appended again(Append append, IdWindow.Seen seen) {
    Position position = Position.of(seen.position());
    return seen.content().equals(append.content())
        ? new Appended.Duplicate(position, Durability.MEMORY)
        : new Appended.Conflict(position);
  }

  private Appended store(Append append, long nanos) {
    Event event = append.event();
    long number = ++last;
    Position position = Position.of(number);
    int size = event.sizeBytes();
    chunks.computeIfAbsent(number / CHUNK, n -> new @Nullable Slot[CHUNK])[(int) (number % CHUNK)] =
        new Slot(new Entry.Stored(position, event), clock, size);
    ids.add(append, number, nanos);
    grow(size);
    return new Appended.Stored(position, Durability.MEMORY);
  }

  private void grow(long more) {
    bytes += more;
    allBytes.addAndGet(more);
  }

  private @Nullable Slot[] chunk(long number) {
    return Objects.requireNonNull(chunks.get(number / CHUNK));
  }

  private Slot slot(long number) {
    return Objects.requireNonNull(chunk(number)[(int) (number % CHUNK)]);
  }

  synchronized List<Entry> read(Position after, int maxEvents, long maxBytes) {
    long next = after.high() + 1;
    if (next < first) {
      throw new PositionTrimmed(
          "the events of %s after %s up to %d are gone".formatted(partition, after, first - 1));
    }
    List<Entry> entries = new ArrayList<>(Math.clamp(last - next + 1, 0, maxEvents));
    long size = 0;
    for (; next <= last && (entries.isEmpty() || entries.size() < maxEvents); next++) {
      Slot slot = slot(next);
      size += slot.bytes;
      if (size > maxBytes && !entries.isEmpty()) {
        break;
      }
      entries.add(slot.entry);
    }
    return entries;
  }

  synchronized Place earliest() {
    return place(first - 1);
  }

  synchronized Place latest() {
    return place(last);
  }

  synchronized Place after(Position position) {
    return place(Math.clamp(position.high(), first - 1, last));
  }

  synchronized Place at(Instant time) {
    long low = first;
    long high = last + 1;
    while (low < high) {
      long middle = (low + high) >>> 1;
      if (slot(middle).taken.isBefore(time)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return place(low - 1);
  }

  private static Place place(long number) {
    return new Place(Position.of(number), number);
  }

  synchronized List<Located> find(String id) {
    List<Located> found = new ArrayList<>();
    for (long number = first; number <= last; number++) {
      Entry.Stored entry = slot(number).entry;
      if (entry.event().id().equals(id)) {
        found.add(new Located(partition, entry.position(), entry.event()));
      }
    }
    return found;
  }

  /**
   * Removes oldest events, a bounded number.
   *
   * @param takenBefore those taken before go
   * @param keepBytes those go until no more than this is kept
   * @param floor no event after it goes
   */
  synchronized long trim(Optional<Instant> takenBefore, Optional<Long> keepBytes, Position floor) {
    long begin = first;
    while (first <= last && first <= floor.high() && first - begin < TRIMMED_AT_ONCE) {
      Slot oldest = slot(first);
      if (takenBefore.filter(oldest.taken::isBefore).isEmpty()
          && keepBytes.filter(keep -> bytes > keep).isEmpty()) {
        break;
      }
      drop(oldest);
    }
    return first - begin;
  }

  private void drop(Slot oldest) {
    grow(-oldest.bytes);
    long chunk = first / CHUNK;
    chunk(first)[(int) (first % CHUNK)] = null;
    first++;
    if (first / CHUNK != chunk) {
      chunks.remove(chunk);
    }
  }

  synchronized void erase(Position position, String key) {
    long number = position.high();
    if (number < first || number > last || !slot(number).entry.event().key().equals(key)) {
      return;
    }
    Slot slot = slot(number);
    Event left = slot.entry.event().erased();
    int size = left.sizeBytes();
    grow(size - slot.bytes);
    chunk(number)[(int) (number % CHUNK)] =
        new Slot(new Entry.Stored(position, left), slot.taken, size);
  }

  synchronized PartitionSize size() {
    boolean empty = first > last;
    return new PartitionSize(
        last - first + 1,
        bytes,
        empty ? Optional.empty() : Optional.of(Position.of(first)),
        empty ? Optional.empty() : Optional.of(Position.of(last)),
        empty ? Optional.empty() : Optional.of(slot(first).taken));
  }
}
