package dev.rookery.archive;

import dev.rookery.DamagedLog;
import dev.rookery.Finding;
import dev.rookery.Finding.Grade;
import dev.rookery.Finding.Where;
import dev.rookery.NotFound;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Check;
import dev.rookery.spi.Cursor;
import dev.rookery.spi.Entry;
import dev.rookery.spi.Environment;
import dev.rookery.spi.EventLog;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/**
 * Looks through the pieces of an archive, one in memory at a time, and whether they join each other
 * and the log.
 *
 * <p>The archiver adds pieces meanwhile, and retention takes the oldest away: what reaches past the
 * archiver's cursor is not looked at, and a piece that is gone when it is read is asked for once
 * more by its name.
 */
final class ArchiveCheck {
  private static final int LOOKS = 20;
  private static final long BETWEEN_LOOKS_NANOS = 250_000_000;
  private static final String DICTIONARY = ".dictionary";
  private static final String BELONGS = ".archive";

  private final EventLog log;
  private final Backend live;
  private final Shelf shelf;
  private final Check check;
  private final SegmentRepair repair;
  private final Set<String> needed = new TreeSet<>();

  ArchiveCheck(Backend live, Shelf shelf, Environment environment, Check check) {
    this.live = live;
    this.log = live.log();
    this.shelf = shelf;
    this.check = check;
    this.repair = new SegmentRepair(log, shelf, environment);
  }

  void run() {
    List<String> names = shelf.store().names();
    Map<Partition, Cursor> cursors = live.subscriptions().cursors(PartitionArchive.SUBSCRIPTION);
    shelf.refresh();
    Set<Partition> partitions = new HashSet<>(cursors.keySet());
    names.forEach(
        each -> SegmentName.parse(each).ifPresent(name -> partitions.add(name.partition())));
    partitions.stream()
        .sorted()
        .forEach(each -> partition(each, Optional.ofNullable(cursors.get(each))));
    others(shelf.store().names());
    for (String left : shelf.store().leftovers()) {
      check.repairable(
          new Where.Archive(left),
          "was begun and never ended, as by a process that was killed",
          Grade.NOTE,
          "it is removed; nobody reads it",
          () -> shelf.store().remove(left));
    }
  }

  private void others(List<String> names) {
    needed.removeAll(names);
    for (String name : needed) {
      check.found(
          Finding.damage(
              new Where.Archive(name),
              "is missing: the segments that name it cannot be read",
              "put back a copy of " + shelf.store().place(name)));
    }
    for (String name : names) {
      if (name.endsWith(DICTIONARY)) {
        dictionary(name);
      } else if (SegmentName.parse(name).isEmpty() && !name.endsWith(BELONGS)) {
        check.found(
            Finding.note(
                new Where.Archive(name), "is no piece of an archive, and is read by nobody"));
      }
    }
  }

  private void dictionary(String name) {
    try {
      shelf.checkDictionary(name);
    } catch (DamagedLog e) {
      check.found(
          Finding.damage(
              new Where.Archive(name),
              e.getMessage() + ": the segments that name it cannot be read",
              "put back an intact copy of " + shelf.store().place(name)));
    } catch (NotFound e) {
      // It went since it was listed
    }
  }

  // ---- segments

  private void partition(Partition partition, Optional<Cursor> cursor) {
    Position vouched =
        cursor.map(it -> it.floor().position()).orElse(new Position(Long.MAX_VALUE, 0));
    Optional<Position> reached = Optional.empty();
    for (SegmentName name : shelf.of(partition)) {
      if (name.last().isAfter(vouched) || name.givenUp() && isThereTwice(name)) {
        continue;
      }
      if (reached.filter(it -> name.before().isAfter(it)).isPresent()) {
        hole(partition, reached.get(), name.before());
      }
      if (name.givenUp()) {
        check.found(
            Finding.note(
                new Where.Archive(name.toString()),
                "is passed over, as somebody decided by its name"));
      } else {
        segment(name);
      }
      reached = reached.filter(it -> it.isAfter(name.last())).or(() -> Optional.of(name.last()));
    }
    end(partition, reached, cursor);
  }

  private boolean isThereTwice(SegmentName givenUp) {
    return shelf.of(givenUp.partition()).stream()
        .anyMatch(other ->
            !other.givenUp()
                && other.before().equals(givenUp.before())
                && other.last().equals(givenUp.last()));
  }

  /** What the archiver took, and the log let go of, has to be in the archive. */
  private void end(Partition partition, Optional<Position> reached, Optional<Cursor> cursor) {
    Position begin = log.earliest(partition).position();
    Position vouched = cursor.map(it -> it.floor().position()).orElse(begin);
    Position end = reached.orElse(begin);
    if (vouched.isAfter(end)) {
      hole(partition, end, vouched);
    }
  }

  private void hole(Partition partition, Position after, Position last) {
    Where where = new Where.Gap(partition, after, last);
    String what =
        "no segment holds these events, although segments or the archiver's cursor go on behind"
            + " them";
    if (repair.logHas(partition, after, last)) {
      check.repairable(
          where,
          what,
          "they are written once more from the log",
          () -> repair.write(partition, after, last));
    } else {
      check.found(
          Finding.damage(
              where,
              what + ", and the log has not all of them",
              "put back the missing segment from a copy; its name begins with "
                  + partition.stream()
                  + "."
                  + partition.number()
                  + "."
                  + after
                  + "."));
    }
  }

  private void segment(SegmentName name) {
    try {
      Segment segment = shelf.reread(name);
      SegmentHeader header = segment.header();
      if (header.dictionary() != 0) {
        needed.add(Shelf.dictionaryName(name.partition().stream(), header.dictionary()));
      }
      check.looked(header.count());
      compare(name, segment);
    } catch (DamagedLog e) {
      damaged(name, reason(e));
    } catch (NotFound e) {
      if (shelf.store().names().contains(name.toString())) {
        damaged(name, "needs a piece that is not there: " + e.getMessage());
      }
    }
  }

  /** Without what readers are told to do. */
  private static String reason(DamagedLog e) {
    return String.valueOf(
        e.getCause() instanceof DamagedLog cause ? cause.getMessage() : e.getMessage());
  }

  private void damaged(SegmentName name, String what) {
    Where where = new Where.Archive(name.toString());
    if (repair.logHas(name.partition(), name.before(), name.last()) && repair.isNoOther(name)) {
      check.repairable(
          where,
          what,
          "the log still has its events, and it is written once more from it",
          () -> repair.write(name.partition(), name.before(), name.last()));
      return;
    }
    String keep = "nothing else holds these events: put back an intact copy, or ";
    Optional<SegmentName> other = repair.nameOf(name).filter(it -> !it.equals(name));
    check.found(
        Finding.damage(
            where,
            what,
            keep
                + other
                    .map(its ->
                        "give what is there the name it says (what has that name now: another first): "
                            + shelf.store().renaming(name.toString(), its.toString()))
                    .orElseGet(() ->
                        "decide to go on without them: "
                            + shelf.store().renaming(name.toString(), name.whenGivenUp()))));
  }

  /**
   * Where both have an entry they say the same, but for a while when something is erased: the log
   * is first.
   */
  private void compare(SegmentName name, Segment segment) {
    Optional<Position> differs = differs(name, segment);
    for (int look = 0; look < LOOKS && differs.isPresent(); look++) {
      check.looked(0);
      LockSupport.parkNanos(BETWEEN_LOOKS_NANOS);
      differs = differs(name, shelf.reread(name));
    }
    differs.ifPresent(position -> damaged(name, "says something else than the log at " + position));
  }

  private Optional<Position> differs(SegmentName name, Segment segment) {
    List<Entry> entries =
        IntStream.range(0, segment.header().count()).mapToObj(segment::entry).toList();
    return repair.differsFromLog(name.partition(), segment.header().before().position(), entries);
  }
}
