package dev.rookery.engine;

import dev.rookery.DamagedLog;
import dev.rookery.EpochChanged;
import dev.rookery.Finding;
import dev.rookery.Finding.Where;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.spi.Check;
import dev.rookery.spi.Entry;
import dev.rookery.spi.EventLog;
import dev.rookery.spi.EventLog.Examined;
import dev.rookery.spi.EventLog.Flaw;
import dev.rookery.spi.EventLog.PartitionSize;
import java.util.List;
import java.util.Optional;

/**
 * Looks through one partition of the log, up to its end as it was at the beginning, in batches.
 *
 * <p>What was trimmed since is no hole: before a hole is told of, the log is asked where it begins
 * now.
 */
final class LogCheck {
  private static final int BATCH = 4_000;
  private static final long BATCH_BYTES = 8L << 20;
  private static final String MISSING = "missing, although events after it are kept";
  private static final String RESTORE =
      "restore a backup to get it back ('rookery restore FILE --bus EMPTY-PLACE'), or go on without"
          + " it ('rookery rewind SUBSCRIPTION --to POSITION' for those that it stops)";

  private final EventLog log;
  private final Partition partition;
  private final Check check;
  private final boolean gapless;
  private final PartitionSize size;
  private Position after = Position.ZERO;
  private String reason = "";
  private Optional<Flaw> bad = Optional.empty();
  private Position badUpTo = Position.ZERO;
  private long entries;
  private long broken;
  private Optional<Position> firstBroken = Optional.empty();

  LogCheck(EventLog log, Partition partition, Check check) {
    this.log = log;
    this.partition = partition;
    this.check = check;
    this.gapless = log.hasGaplessPositions();
    this.size = log.size(partition);
  }

  /** Looks, and says how many entries it saw. */
  long run() {
    if (size.first().isEmpty() || size.last().isEmpty()) {
      return 0;
    }
    Position end = size.last().get();
    after = gapless ? Position.of(size.first().get().high() - 1) : Position.ZERO;
    while (end.isAfter(after) && batch(end)) {}
    tellBad();
    tellBroken();
    compareCount(size.first().get(), end);
    return entries;
  }

  long broken() {
    return broken;
  }

  /** Looks at a batch; whether there may be more. */
  private boolean batch(Position end) {
    try {
      Optional<Examined> part = examine(BATCH);
      if (part.isEmpty()) {
        return gapless ? carefully(end) : unreadable(end);
      }
      return take(part.get(), end);
    } catch (EpochChanged e) {
      reason = String.valueOf(e.getMessage());
      return unreadable(end);
    }
  }

  private Optional<Examined> examine(int events) {
    try {
      return Optional.of(log.examine(partition, after, events, BATCH_BYTES));
    } catch (DamagedLog e) {
      reason = String.valueOf(e.getMessage());
      return Optional.empty();
    }
  }

  /** One position after the other, past a part of the store that cannot be read. */
  private boolean carefully(Position end) {
    for (int i = 0; i < BATCH && end.isAfter(after); i++) {
      Optional<Examined> part = examine(1);
      if (part.isPresent() && !take(part.get(), end)) {
        return false;
      } else if (part.isEmpty()) {
        after = Position.of(after.high() + 1);
        flaw(new Flaw(after, "cannot be read: " + reason));
      }
    }
    return true;
  }

  private boolean unreadable(Position end) {
    check.found(
        Finding.damage(new Where.Log(partition, after, end), "cannot be read: " + reason, RESTORE));
    return false;
  }

  /** Looks at a part of the log; whether there may be more. */
  private boolean take(Examined part, Position end) {
    Position before = after;
    List<Flaw> flaws = part.flaws();
    if (part.entries().isEmpty() && flaws.isEmpty()) {
      missing(end);
      return false;
    }
    check.looked(part.entries().size());
    int next = 0;
    for (Entry entry : part.entries()) {
      while (next < flaws.size() && entry.position().isAfter(flaws.get(next).position())) {
        next = takeFlaw(flaws, next);
      }
      if (entry.position().isAfter(end)) {
        missing(end);
        return false;
      }
      reach(entry.position());
      entries++;
      if (entry instanceof Entry.Broken) {
        broken++;
        firstBroken = firstBroken.or(() -> Optional.of(entry.position()));
      }
    }
    while (next < flaws.size()) {
      next = takeFlaw(flaws, next);
    }
    return after.isAfter(before);
  }

  private int takeFlaw(List<Flaw> flaws, int next) {
    reach(flaws.get(next).position());
    flaw(flaws.get(next));
    return next + 1;
  }

  /** The next thing that is there stands at a position. */
  private void reach(Position position) {
    if (!position.isAfter(after)) {
      check.found(
          Finding.damage(
              new Where.Log(partition, position, position),
              "stands behind " + after + ", which is not before it",
              RESTORE));
      return;
    }
    if (gapless && position.high() != after.high() + 1) {
      missing(Position.of(position.high() - 1));
    }
    after = position;
  }

  /** Nothing stands after where we are, up to and with a position. */
  private void missing(Position last) {
    if (!gapless || !last.isAfter(after)) {
      return;
    }
    long kept = log.size(partition).first().map(Position::high).orElse(Long.MAX_VALUE);
    long from = Math.max(after.high() + 1, kept);
    if (from <= last.high()) {
      flaw(new Flaw(Position.of(from), MISSING));
      badUpTo = last;
      after = last;
    }
  }

  /** Neighbours of one kind are told of together. */
  private void flaw(Flaw flaw) {
    boolean joins =
        bad.filter(known -> known.what().equals(flaw.what())).isPresent()
            && gapless
            && flaw.position().high() == badUpTo.high() + 1;
    if (!joins) {
      tellBad();
      bad = Optional.of(flaw);
    }
    badUpTo = flaw.position();
  }

  private void tellBad() {
    bad.ifPresent(flaw ->
        check.found(
            Finding.damage(
                new Where.Log(partition, flaw.position(), badUpTo), flaw.what(), RESTORE)));
    bad = Optional.empty();
  }

  private void tellBroken() {
    firstBroken.ifPresent(first ->
        check.found(
            Finding.note(
                new Where.Log(partition, first, after),
                broken
                    + " entries are no events, as others put them there or an accepted loss left"
                    + " them; they are kept as they came, and 'rookery dead-letters list' shows"
                    + " those that subscriptions met")));
  }

  /** Where nothing was trimmed meanwhile the log's own count is that of what was seen. */
  private void compareCount(Position first, Position end) {
    long expected = gapless ? end.high() - first.high() + 1 : entries;
    boolean trimmed = !log.size(partition).first().equals(size.first());
    if (!trimmed && size.events() != expected) {
      check.found(
          Finding.damage(
              new Where.Log(partition, first, end),
              "the log counts " + size.events() + " events where " + expected + " stand",
              RESTORE));
    }
  }
}
