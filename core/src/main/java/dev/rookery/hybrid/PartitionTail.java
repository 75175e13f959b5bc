package dev.rookery.hybrid;

import dev.rookery.EpochChanged;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.PositionTrimmed;
import dev.rookery.spi.Entry;
import dev.rookery.spi.EventLog;
import dev.rookery.spi.Listeners;
import dev.rookery.spi.Tail;
import dev.rookery.spi.Tail.End;
import dev.rookery.spi.Tail.Last;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/**
 * The tail of one partition, as this process writes it. All but {@link #trust} belongs to one
 * thread.
 *
 * <h2>Nobody is in charge</h2>
 *
 * Every process pushes what it appended, with the position right before it as the expected end. A
 * tail that ends elsewhere took nothing and says where: further on, and others were faster; before,
 * and something is missing that another process has yet to push, or never will. A moment is waited
 * for the first; then the missing entries come from the log. So the tail grows by neighbours only,
 * whoever stops or dies between which steps.
 */
final class PartitionTail {
  private static final int RUN_EVENTS = 200;
  private static final long RUN_BYTES = 1L << 20;
  private static final long MOST_FILLED = 2_000;
  private static final int MOST_ROUNDS = 100;
  private static final int PATIENCE = 4;
  private static final long MOMENT_NANOS = 400_000;

  private final Partition partition;
  private final EventLog log;
  private final Tail tail;
  private final LogEpoch epoch;
  private final Counts counts;
  private final Listeners listeners;
  private final Trust trust = new Trust();
  private final NavigableMap<Position, Entry> waiting = new TreeMap<>();
  private Position logEnd = Position.ZERO;

  PartitionTail(
      Partition partition,
      EventLog log,
      Tail tail,
      LogEpoch epoch,
      Counts counts,
      Listeners listeners) {
    this.partition = partition;
    this.log = log;
    this.tail = tail;
    this.epoch = epoch;
    this.counts = counts;
    this.listeners = listeners;
  }

  Trust trust() {
    return trust;
  }

  void add(List<Entry> entries) {
    entries.forEach(entry -> waiting.put(entry.position(), entry));
  }

  void drop() {
    waiting.clear();
  }

  /** The log keeps nothing up to there. */
  void forget(Position upTo) {
    waiting.headMap(upTo, true).clear();
    tail.forget(partition, upTo);
  }

  /**
   * Pushes all that waits.
   *
   * @param takeIn adds what was appended meanwhile
   */
  void push(Runnable takeIn) {
    int patience = PATIENCE;
    while (!waiting.isEmpty()) {
      List<Entry> run = run();
      Position before = Position.of(run.getFirst().position().high() - 1);
      End end = tail.push(partition, epoch.now(), before, run);
      if (isOfAnother(end)) {
        continue;
      }
      note(end, run.size());
      if (end.last().isAfter(before)) {
        continue;
      }
      if (patience-- > 0) {
        LockSupport.parkNanos(MOMENT_NANOS);
        takeIn.run();
      } else if (isOurs(tail.last(partition))) {
        fill(end.last(), waiting.lastKey());
        waiting.clear();
      }
    }
  }

  /** The first of what waits, as far as they are neighbours. */
  private List<Entry> run() {
    List<Entry> run = new ArrayList<>();
    long bytes = 0;
    for (Entry entry : waiting.values()) {
      boolean joins =
          run.isEmpty() || run.getLast().position().high() + 1 == entry.position().high();
      bytes += entry.sizeBytes();
      if (!joins || run.size() == RUN_EVENTS || (bytes > RUN_BYTES && !run.isEmpty())) {
        break;
      }
      run.add(entry);
    }
    return run;
  }

  /** Whether the tail is of a higher epoch; then we look at ours, which may have been raised. */
  private boolean isOfAnother(End end) {
    if (end.epoch() <= epoch.now()) {
      return false;
    }
    epoch.reach(end.epoch());
    return true;
  }

  private void note(End end, int pushed) {
    waiting.headMap(end.last(), true).clear();
    counts.pushed.add(pushed);
    if (end.began()) {
      counts.begun.increment();
    }
    listeners.tell(partition, end.last());
  }

  /**
   * Goes on where the tail ends with what the log has up to a position; where that is far, it
   * begins anew near it.
   */
  private void fill(Position end, Position upTo) {
    boolean far = upTo.high() - end.high() > MOST_FILLED;
    Position after = far ? Position.of(upTo.high() - RUN_EVENTS) : end;
    for (int round = 0; round < MOST_ROUNDS && upTo.isAfter(end); round++) {
      List<Entry> missing = missing(after);
      if (missing.isEmpty()) {
        return;
      }
      End now = tail.push(partition, epoch.now(), end, missing);
      if (isOfAnother(now)) {
        return;
      }
      note(now, missing.size());
      end = now.last();
      after = end;
    }
    counts.holesRepaired.increment();
  }

  private List<Entry> missing(Position after) {
    try {
      return log.read(partition, after, RUN_EVENTS, RUN_BYTES);
    } catch (PositionTrimmed e) {
      return log.read(partition, log.earliest(partition).position(), RUN_EVENTS, RUN_BYTES);
    }
  }

  /**
   * Looks whether the tail may be read, and goes on with it where nobody else does.
   *
   * @param until how long the answer is good for
   */
  void look(long until) {
    Position before = logEnd;
    logEnd = log.latest(partition).position();
    listeners.endsAt(partition, logEnd);
    Optional<Last> last = tail.last(partition);
    if (!isOurs(last)) {
      trust.end();
      return;
    }
    Position end =
        last.filter(found -> found.epoch() == epoch.now())
            .map(found -> found.entry().position())
            .orElse(before);
    trust.begin(until, logEnd, !logEnd.isAfter(end));
    if (before.isAfter(end) || (last.isEmpty() && logEnd.isAfter(before))) {
      fill(end, logEnd);
    }
    if (!logEnd.equals(before)) {
      listeners.tell(partition);
    }
  }

  /** Whether what the tail ends with is the log's; where it is not, the epoch is raised. */
  private boolean isOurs(Optional<Last> last) {
    if (last.isEmpty() || last.get().epoch() < epoch.now()) {
      return true;
    }
    if (last.get().epoch() == epoch.now() && isInLog(last.get().entry())) {
      return true;
    }
    if (last.get().epoch() == epoch.now()) {
      epoch.raiseOver(epoch.now());
    } else {
      epoch.reach(last.get().epoch());
    }
    return false;
  }

  private boolean isInLog(Entry entry) {
    Position before = Position.of(Math.max(0, entry.position().high() - 1));
    try {
      List<Entry> found = log.read(partition, before, 1, 1);
      return !found.isEmpty() && idOf(found.getFirst()).equals(idOf(entry));
    } catch (EpochChanged e) {
      return false;
    } catch (PositionTrimmed e) {
      return !entry.position().isAfter(log.latest(partition).position());
    }
  }

  private static String idOf(Entry entry) {
    return switch (entry) {
      case Entry.Stored stored -> stored.event().source() + '\0' + stored.event().id();
      case Entry.Broken broken -> broken.reason();
    };
  }
}
