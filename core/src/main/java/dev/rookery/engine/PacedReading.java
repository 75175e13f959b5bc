package dev.rookery.engine;

import dev.rookery.Pace;
import dev.rookery.spi.Alarms;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Gives a worker what was read when its time has come: it stands between the reader and the
 * worker's mailbox, holds what comes too early, and rings when the first of it is due. So waiting
 * takes neither a thread nor a handler's deadline.
 */
final class PacedReading implements PartitionReader.Sink {
  /** Who was behind catches up so far, not more. */
  private static final long BURST_NANOS = 100_000_000;

  private final Pace pace;
  private final Predicate<Seen> counts;
  private final LongSupplier nanoTime;
  private final Alarms alarms;
  private final PartitionReader.Sink worker;
  private final ArrayDeque<Seen> held = new ArrayDeque<>();
  private boolean end;
  private boolean asked;
  private boolean closed;
  private long slot;
  private long begin;
  private @Nullable Instant firstTime;
  private @Nullable Runnable callOff;

  /**
   * Paces one worker's reading.
   *
   * @param counts what the rate counts and whose times are kept; the rest goes along with it
   */
  PacedReading(
      Pace pace,
      Predicate<Seen> counts,
      LongSupplier nanoTime,
      Alarms alarms,
      PartitionReader.Sink worker) {
    this.pace = pace;
    this.counts = counts;
    this.nanoTime = nanoTime;
    this.alarms = alarms;
    this.worker = worker;
    this.slot = nanoTime.getAsLong();
    this.begin = slot;
  }

  /** Asks for what comes next; false where it has to be read first. */
  synchronized boolean next() {
    asked = true;
    if (held.isEmpty()) {
      return false;
    }
    release();
    return true;
  }

  @Override
  public synchronized void arrived(List<Seen> entries, boolean atEnd) {
    held.addAll(entries);
    end = atEnd;
    release();
  }

  @Override
  public void failed(RuntimeException cause) {
    worker.failed(cause);
  }

  private synchronized void ring() {
    callOff = null;
    release();
  }

  private void release() {
    if (!asked || closed || callOff != null) {
      return;
    }
    long now = nanoTime.getAsLong();
    List<Seen> due = new ArrayList<>();
    for (Seen next = held.peek(); next != null && nanosUntil(next, now) <= 0; next = held.peek()) {
      due.add(held.remove());
      if (counts.test(next)) {
        took(now);
      }
    }
    if (!due.isEmpty() || held.isEmpty()) {
      asked = false;
      worker.arrived(due, end && held.isEmpty());
    } else {
      callOff = alarms.set(Math.max(1_000_000, nanosUntil(held.element(), now)), this::ring);
    }
  }

  private void took(long now) {
    if (pace.eventsPerSecond() > 0) {
      slot = Math.max(slot, now - BURST_NANOS) + (long) (1e9 / pace.eventsPerSecond());
    }
  }

  private long nanosUntil(Seen next, long now) {
    if (!counts.test(next)) {
      return 0;
    }
    long wait = pace.eventsPerSecond() > 0 ? slot - now : 0;
    if (pace.speed() > 0 && next instanceof Seen.Decoded readable) {
      wait = Math.max(wait, begin + since(readable.event().time(), now) - now);
    }
    return wait;
  }

  /** When an event is due, counted from the first one, in nanoseconds of this replay. */
  private long since(Instant time, long now) {
    Instant first = firstTime;
    if (first == null) {
      firstTime = time;
      begin = now;
      return 0;
    }
    return (long) (Duration.between(first, time).toMillis() * 1e6 / pace.speed());
  }

  synchronized void close() {
    closed = true;
    if (callOff != null) {
      callOff.run();
    }
  }
}
