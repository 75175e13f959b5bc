package dev.rookery.archive;

import dev.rookery.Operations.Located;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.Search;
import dev.rookery.spi.Entry;
import dev.rookery.spi.EventLog.Found;
import dev.rookery.spi.Place;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Reads what is in the archive; empty where it has nothing to say. */
final class ArchiveReading {
  private static final System.Logger LOG = System.getLogger(ArchiveReading.class.getName());

  private final Shelf shelf;

  ArchiveReading(Shelf shelf) {
    this.shelf = shelf;
  }

  Optional<List<Entry>> read(Partition partition, Position after, int maxEvents, long maxBytes) {
    return shelf
        .after(partition, after)
        .map(name -> read(shelf.segment(name), after, maxEvents, maxBytes));
  }

  private static List<Entry> read(Segment segment, Position after, int maxEvents, long maxBytes) {
    List<Entry> entries = new ArrayList<>();
    long bytes = 0;
    int count = segment.header().count();
    for (int row = segment.rowAfter(after); row < count; row++) {
      Entry entry = segment.entry(row);
      bytes += entry.sizeBytes();
      if (!entries.isEmpty() && (entries.size() >= maxEvents || bytes > maxBytes)) {
        break;
      }
      entries.add(entry);
    }
    return entries;
  }

  /** Where reading goes on, past all that somebody decided to pass over. */
  Position passedOver(Partition partition, Position after) {
    Position from = after;
    Optional<SegmentName> name = shelf.after(partition, from);
    while (name.isPresent() && name.get().givenUp()) {
      LOG.log(
          System.Logger.Level.WARNING,
          "the events of {0} after {1} up to {2} are passed over, as the name of {3} says",
          partition,
          from,
          name.get().last(),
          name.get());
      shelf.refresh();
      from = name.get().last();
      name = shelf.after(partition, from);
    }
    return from;
  }

  Optional<Place> earliest(Partition partition) {
    if (shelf.of(partition).isEmpty()) {
      shelf.refresh();
    }
    return shelf.of(partition).stream()
        .filter(name -> !name.givenUp())
        .findFirst()
        .map(shelf::before);
  }

  /** The place before the first segment whose last event the log took at the time or later. */
  Optional<Place> at(Partition partition, Instant time) {
    shelf.refresh();
    return shelf.of(partition).stream()
        .filter(name -> !name.givenUp())
        .filter(name -> !shelf.header(name).taken().isBefore(time))
        .findFirst()
        .map(shelf::before);
  }

  Optional<Place> after(Partition partition, Position position) {
    Optional<SegmentName> name = shelf.after(partition, position);
    if (name.isEmpty() || name.get().givenUp()) {
      return earliest(partition).filter(first -> first.position().isAfter(position));
    }
    Segment segment = shelf.segment(name.get());
    int rows = segment.rowAfter(position);
    Place before = segment.header().before();
    return Optional.of(
        rows == 0
            ? before
            : new Place(segment.entry(rows - 1).position(), before.ordinal() + rows));
  }

  Optional<Found> search(Partition partition, Search wanted, Position after, int limit) {
    return shelf.after(partition, after).map(name -> search(name, wanted, after, limit));
  }

  private Found search(SegmentName name, Search wanted, Position after, int limit) {
    if (!mayHold(name, wanted)) {
      return new Found(List.of(), name.last(), false);
    }
    Segment segment = shelf.segment(name);
    List<Entry.Stored> found = new ArrayList<>();
    int count = segment.header().count();
    for (int row = segment.rowAfter(after); row < count; row++) {
      if (found.size() == limit) {
        return new Found(found, segment.entry(row - 1).position(), false);
      }
      if (segment.entry(row) instanceof Entry.Stored stored && wanted.includes(stored.event())) {
        found.add(stored);
      }
    }
    return new Found(found, name.last(), false);
  }

  /** Whether a segment's header and index leave it possible that it holds what is looked for. */
  private boolean mayHold(SegmentName name, Search wanted) {
    SegmentHeader header = shelf.header(name);
    if (wanted.since().filter(header.latest()::isBefore).isPresent()
        || wanted.until().filter(end -> !header.earliest().isBefore(end)).isPresent()) {
      return false;
    }
    if (wanted.correlation().filter(id -> !mayName(name, id)).isPresent()
        || wanted.causation().filter(id -> !mayName(name, id)).isPresent()) {
      return false;
    }
    if (wanted.source().isEmpty() && wanted.key().isEmpty()) {
      return true;
    }
    SegmentFile file = shelf.file(name);
    return wanted.source().filter(it -> !file.holds(Segment.SOURCES, it)).isEmpty()
        && wanted.key().filter(it -> !file.holds(Segment.KEYS, it)).isEmpty();
  }

  /** Whether a segment may speak of an id. */
  private boolean mayName(SegmentName name, String id) {
    Optional<UUID> seven = IdColumn.uuid(id).filter(IdColumn::isSeven);
    boolean own = seven.map(IdColumn::millis).filter(shelf.header(name).ids()::holds).isPresent();
    return own || shelf.file(name).column(Segment.FILTER, IdFilter::read).mayHold(id);
  }

  List<Located> find(String id) {
    shelf.refresh();
    Optional<UUID> seven = IdColumn.uuid(id).filter(IdColumn::isSeven);
    List<Located> found = new ArrayList<>();
    for (SegmentName name : shelf.all()) {
      boolean may =
          seven.isPresent()
              ? shelf.header(name).ids().holds(IdColumn.millis(seven.get()))
              : mayName(name, id);
      if (may) {
        find(shelf.segment(name), id, found);
      }
    }
    return found;
  }

  private static void find(Segment segment, String id, List<Located> found) {
    for (int row = 0; row < segment.header().count(); row++) {
      if (segment.id(row).equals(id) && segment.entry(row) instanceof Entry.Stored stored) {
        Located located =
            new Located(segment.header().partition(), stored.position(), stored.event());
        if (!found.contains(located)) {
          found.add(located);
        }
      }
    }
  }
}
