package dev.rookery.hybrid;

import dev.rookery.Finding;
import dev.rookery.Finding.Where;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.RookeryException;
import dev.rookery.spi.Check;
import dev.rookery.spi.Entry;
import dev.rookery.spi.EventLog;
import dev.rookery.spi.Tail;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Compares all that the tail of a partition holds with the log. What is erased or trimmed goes from
 * the log first; so a difference counts only if the tail still has it a few seconds later.
 */
final class TailCheck {
  private static final int LOOKS = 20;
  private static final long BETWEEN_LOOKS_NANOS = 250_000_000;
  private static final int BATCH = 1_000;
  private static final long BATCH_BYTES = 4L << 20;

  private final Partition partition;
  private final EventLog log;
  private final Tail tail;
  private final HybridLog hybrid;
  private final Check check;

  TailCheck(Partition partition, EventLog log, Tail tail, HybridLog hybrid, Check check) {
    this.partition = partition;
    this.log = log;
    this.tail = tail;
    this.hybrid = hybrid;
    this.check = check;
  }

  void run() {
    try {
      tail.last(partition).ifPresent(this::compare);
    } catch (RookeryException e) {
      check.found(
          Finding.note(
              new Where.Tail(partition),
              "was not looked at, since it cannot be had now; events are read from the log: "
                  + e.getMessage()));
    }
  }

  private void compare(Tail.Last last) {
    Position after = Position.ZERO;
    while (true) {
      List<Entry> copies = tail.read(partition, last.epoch(), after, BATCH, BATCH_BYTES);
      if (copies.isEmpty()) {
        return;
      }
      Optional<Entry> differs = differs(copies);
      if (differs.isPresent() && isStillThere(last.epoch(), differs.get())) {
        told(last.entry().position(), differs.get().position());
        return;
      }
      check.looked(0);
      after = copies.getLast().position();
    }
  }

  /** The first entry that the log has and does not say so. */
  private Optional<Entry> differs(List<Entry> copies) {
    Map<Position, Entry> kept = new HashMap<>();
    Position end = copies.getLast().position();
    Position after = Position.of(copies.getFirst().position().high() - 1);
    Position begin = log.earliest(partition).position();
    after = begin.isAfter(after) ? begin : after;
    while (end.isAfter(after)) {
      List<Entry> part = log.examine(partition, after, BATCH, BATCH_BYTES).entries();
      if (part.isEmpty()) {
        break;
      }
      part.forEach(entry -> kept.put(entry.position(), entry));
      after = part.getLast().position();
    }
    Position trimmed = log.earliest(partition).position();
    return copies.stream()
        .filter(copy -> copy.position().isAfter(trimmed))
        .filter(copy -> !copy.equals(kept.get(copy.position())))
        .findFirst();
  }

  private boolean isStillThere(long epoch, Entry copy) {
    for (int look = 0; look < LOOKS; look++) {
      check.looked(0);
      LockSupport.parkNanos(BETWEEN_LOOKS_NANOS);
      Position before = Position.of(copy.position().high() - 1);
      List<Entry> again = tail.read(partition, epoch, before, 1, 1);
      if (again.isEmpty() || !again.getFirst().equals(copy) || differs(again).isEmpty()) {
        return false;
      }
    }
    return true;
  }

  private void told(Position last, Position first) {
    check.repairable(
        new Where.Tail(partition),
        "holds something else than the log at " + first,
        "the tail lets go of what it has up to "
            + last
            + ", and grows again; events are read from the log meanwhile",
        () -> hybrid.forget(partition, last));
  }
}
