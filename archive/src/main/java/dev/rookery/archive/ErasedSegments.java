package dev.rookery.archive;

import dev.rookery.DamagedLog;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.spi.Entry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Erases in segments: each that holds events of the key is written once more without what they
 * said, under its own name. The store puts one in the place of the other in one step, so whoever is
 * killed on the way leaves whole segments, the old one or the new one.
 *
 * <p>The new ones name no dictionary that the old did not: what a dictionary learned from erased
 * events stays in it.
 */
final class ErasedSegments {
  private final Shelf shelf;
  private final Partition partition;
  private final String key;

  ErasedSegments(Shelf shelf, Partition partition, String key) {
    this.shelf = shelf;
    this.partition = partition;
    this.key = key;
  }

  /**
   * Begins anew where a segment goes meanwhile, as one does that who archives takes back: what it
   * held may be in another.
   */
  void erase(Collection<Position> positions) {
    NavigableSet<Position> wanted = new TreeSet<>(positions);
    shelf.refresh();
    shelf.looking(() -> {
      eraseAll(wanted);
      return true;
    });
  }

  private void eraseAll(NavigableSet<Position> wanted) {
    for (SegmentName name : shelf.of(partition)) {
      NavigableSet<Position> inside = wanted.subSet(name.before(), false, name.last(), true);
      if (!name.givenUp() && !inside.isEmpty()) {
        erase(name, inside);
      }
    }
  }

  private void erase(SegmentName name, NavigableSet<Position> inside) {
    Segment old = shelf.reread(name);
    SegmentHeader header = old.header();
    List<Entry> left = new ArrayList<>();
    boolean changed = false;
    for (int row = 0; row < header.count(); row++) {
      Entry entry = old.entry(row);
      boolean meant = inside.contains(entry.position()) && isMeant(entry);
      left.add(meant ? erased((Entry.Stored) entry) : entry);
      changed |= meant;
    }
    if (changed) {
      Optional<Dictionary> dictionary = shelf.dictionaryOf(name, header);
      shelf.put(SegmentWriter.write(partition, header.before(), header.taken(), left, dictionary));
      readBack(name, left);
    }
  }

  private boolean isMeant(Entry entry) {
    return entry instanceof Entry.Stored(var position, var event)
        && event.key().equals(key)
        && !event.isErased();
  }

  private static Entry erased(Entry.Stored stored) {
    return new Entry.Stored(stored.position(), stored.event().erased());
  }

  private void readBack(SegmentName name, List<Entry> left) {
    Segment stored = shelf.reread(name);
    for (int row = 0; row < left.size(); row++) {
      if (!stored.entry(row).equals(left.get(row))) {
        throw new DamagedLog(
            "the segment "
                + shelf.store().place(name.toString())
                + " still holds what was to be erased at "
                + left.get(row).position());
      }
    }
  }
}
