package dev.rookery.archive;

import dev.rookery.BackendUnavailable;
import dev.rookery.DamagedLog;
import dev.rookery.NotFound;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.spi.Entry;
import dev.rookery.spi.Environment;
import dev.rookery.spi.EventLog;
import dev.rookery.spi.EventLog.Examined;
import dev.rookery.spi.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Writes segments once more out of the log, as long as that has their events.
 *
 * <p>Who erases does so in the log first and in the segments after that. So a segment that was
 * written is compared with the log once more: either it says the same, and who erases finds it, or
 * it is written again.
 */
final class SegmentRepair {
  private static final int BATCH = 4_000;
  private static final long BATCH_BYTES = 8L << 20;
  private static final int ROUNDS = 5;

  private final EventLog log;
  private final Shelf shelf;
  private final Environment environment;

  SegmentRepair(EventLog log, Shelf shelf, Environment environment) {
    this.log = log;
    this.shelf = shelf;
    this.environment = environment;
  }

  /** Whether the log has every entry after a position up to and with another. */
  boolean logHas(Partition partition, Position after, Position last) {
    if (log.earliest(partition).position().isAfter(after)
        || !log.after(partition, after).position().equals(after)) {
      return false;
    }
    Position reached = after;
    while (last.isAfter(reached)) {
      Optional<List<Entry>> part = part(partition, reached, last);
      if (part.isEmpty()) {
        return false;
      }
      reached = part.get().getLast().position();
    }
    return reached.equals(last);
  }

  /** The next entries, one at least; empty where one is missing or damaged. */
  private Optional<List<Entry>> part(Partition partition, Position after, Position last) {
    Examined part;
    try {
      part = log.examine(partition, after, BATCH, BATCH_BYTES);
    } catch (DamagedLog e) {
      return Optional.empty();
    }
    List<Entry> entries =
        part.entries().stream().filter(entry -> !entry.position().isAfter(last)).toList();
    boolean flawed = part.flaws().stream().anyMatch(flaw -> !flaw.position().isAfter(last));
    if (entries.isEmpty() || flawed || !joins(after, entries)) {
      return Optional.empty();
    }
    return Optional.of(entries);
  }

  private boolean joins(Position after, List<Entry> entries) {
    return !log.hasGaplessPositions()
        || entries.getLast().position().high() - after.high() == entries.size();
  }

  /**
   * Whether what stands under a name may be written over: it is that segment, damaged or not, or
   * another one that the log has too.
   */
  boolean isNoOther(SegmentName name) {
    return nameOf(name)
        .filter(its -> !its.equals(name) && !logHas(its.partition(), its.before(), its.last()))
        .isEmpty();
  }

  /** The name that what stands under a name says it has; empty where that cannot be told. */
  Optional<SegmentName> nameOf(SegmentName name) {
    try {
      byte[] bytes = shelf.store().read(name.toString());
      return Optional.of(SegmentName.of(SegmentHeader.read(bytes)));
    } catch (DamagedLog | NotFound e) {
      return Optional.empty();
    }
  }

  /** The first position at which the log says something else than entries after a place do. */
  Optional<Position> differsFromLog(Partition partition, Position before, List<Entry> entries) {
    Position begin = log.earliest(partition).position();
    Position after = begin.isAfter(before) ? begin : before;
    int row = 0;
    Position end = entries.getLast().position();
    while (end.isAfter(after)) {
      List<Entry> kept = log.examine(partition, after, BATCH, BATCH_BYTES).entries();
      if (kept.isEmpty()) {
        return Optional.empty();
      }
      for (Entry entry : kept) {
        while (row < entries.size() && entry.position().isAfter(entries.get(row).position())) {
          row++; // The log has it no longer, which is looked at there
        }
        if (row < entries.size() && entry.position().equals(entries.get(row).position())) {
          if (!entry.equals(entries.get(row))) {
            return Optional.of(entry.position());
          }
          row++;
        }
      }
      after = kept.getLast().position();
    }
    return Optional.empty();
  }

  /** Writes what the log has after a position up to another, as one segment or several. */
  void write(Partition partition, Position after, Position last) {
    Position reached = after;
    while (last.isAfter(reached)) {
      reached = one(partition, reached, last);
    }
    shelf.refresh();
  }

  private Position one(Partition partition, Position after, Position last) {
    for (int round = 0; round < ROUNDS; round++) {
      List<Entry> run = run(partition, after, last);
      Place before = log.after(partition, after);
      Position end = run.getLast().position();
      byte[] segment =
          SegmentWriter.write(
              partition,
              before,
              PartitionArchive.takenBy(log, partition, end, environment),
              run,
              dictionary(partition));
      shelf.reread(shelf.put(segment));
      if (differsFromLog(partition, after, run).isEmpty()) {
        return end;
      }
    }
    throw new BackendUnavailable(
        "events of " + partition + " are being erased; verify once more after that",
        new IllegalStateException("the log changed " + ROUNDS + " times"));
  }

  private List<Entry> run(Partition partition, Position after, Position last) {
    List<Entry> run = new ArrayList<>();
    long bytes = 0;
    Position reached = after;
    while (last.isAfter(reached)) {
      List<Entry> part =
          part(partition, reached, last)
              .orElseThrow(() ->
                  new DamagedLog("the log no longer has all events of " + partition + " there"));
      for (Entry entry : part) {
        bytes += entry.sizeBytes();
        if (run.size() == Segment.MOST_ENTRIES || bytes > Segment.MOST_BYTES / 2) {
          return run;
        }
        run.add(entry);
      }
      reached = part.getLast().position();
    }
    return run;
  }

  private Optional<Dictionary> dictionary(Partition partition) {
    try {
      return shelf.dictionary(partition.stream());
    } catch (DamagedLog e) {
      return Optional.empty();
    }
  }
}
