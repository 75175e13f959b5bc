package dev.rookery.hybrid;

import dev.rookery.BusConfig;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.RookeryException;
import dev.rookery.spi.Append;
import dev.rookery.spi.Appended;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Entry;
import dev.rookery.spi.Environment;
import dev.rookery.spi.Listeners;
import dev.rookery.spi.Tail;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Copies to the tail what this process appended, on a thread of its own: publishers leave it there
 * and go on. What does not fit, or cannot be pushed, is dropped, since the log has it.
 *
 * <p>Every second it looks at both ends of every partition. Only while such a look is fresh the
 * tail is read; where the log grew, listeners are told, should nobody else have done so.
 */
final class Copyist implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Copyist.class.getName());
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long GOOD_FOR_NANOS = TimeUnit.SECONDS.toNanos(3);
  private static final long MOST_BYTES = 8L << 20;

  private final Tail tail;
  private final LogEpoch epoch;
  private final Counts counts;
  private final Listeners listeners;
  private final Environment environment;
  private final Map<Partition, PartitionTail> partitions = new TreeMap<>();
  private final ConcurrentLinkedQueue<Message> inbox = new ConcurrentLinkedQueue<>();
  private final AtomicLong inboxBytes = new AtomicLong();
  private final Thread thread;
  private volatile Optional<String> trouble = Optional.of("it was not looked at yet");
  private volatile boolean resting;
  private volatile boolean closed;
  private long lookedAt;

  private sealed interface Message {
    Partition partition();

    record Taken(Partition partition, List<Entry> entries, long bytes) implements Message {}

    record Trimmed(Partition partition, Position upTo) implements Message {}
  }

  Copyist(
      Backend truth,
      Tail tail,
      LogEpoch epoch,
      BusConfig config,
      Counts counts,
      Listeners listeners,
      Environment environment) {
    this.tail = tail;
    this.epoch = epoch;
    this.counts = counts;
    this.listeners = listeners;
    this.environment = environment;
    for (Partition each : config.partitions()) {
      partitions.put(each, new PartitionTail(each, truth.log(), tail, epoch, counts, listeners));
    }
    // A platform thread, since the log's calls may hold on to their carrier
    thread = Thread.ofPlatform().daemon().name("rookery-tail").unstarted(this::run);
  }

  /** Looks for the first time and begins. */
  void start() {
    guarded(this::look);
    thread.start();
  }

  /** Whether the tail may be asked for what follows a position. */
  boolean knows(Partition partition, Position after) {
    PartitionTail its = partitions.get(partition);
    return its != null && its.trust().holds(environment.nanoTime(), after);
  }

  /** Whether the tail tells of a partition's appends. */
  boolean follows(Partition partition) {
    PartitionTail its = partitions.get(partition);
    return its != null && its.trust().follows(environment.nanoTime());
  }

  /** Whether the log has nothing new after a position where the tail has nothing. */
  boolean follows(Partition partition, Position after) {
    PartitionTail its = partitions.get(partition);
    return its != null && its.trust().follows(environment.nanoTime(), after);
  }

  /** Takes over what the log has stored, without blocking. */
  void stored(Partition partition, List<Append> events, List<Appended> answers) {
    if (trouble.isPresent() || closed || !partitions.containsKey(partition)) {
      return;
    }
    List<Entry> entries = new ArrayList<>(answers.size());
    long bytes = 0;
    for (int i = 0; i < answers.size(); i++) {
      if (answers.get(i) instanceof Appended.Stored(Position position, var level)) {
        entries.add(new Entry.Stored(position, events.get(i).event()));
        bytes += events.get(i).event().sizeBytes();
      }
    }
    if (!entries.isEmpty() && inboxBytes.get() < MOST_BYTES) {
      inboxBytes.addAndGet(bytes);
      send(new Message.Taken(partition, entries, bytes));
    }
  }

  /** The log keeps nothing up to there. */
  void trimmed(Partition partition, Position upTo) {
    PartitionTail its = partitions.get(partition);
    if (its != null) {
      its.trust().trimmed(upTo);
      send(new Message.Trimmed(partition, upTo));
    }
  }

  private void send(Message message) {
    inbox.add(message);
    if (resting) {
      LockSupport.unpark(thread);
    }
  }

  /** What keeps the tail from being read, for people. */
  Optional<String> trouble() {
    return trouble;
  }

  /** The tail failed: everything comes from the log, until the next look that succeeds. */
  void lost(RuntimeException cause) {
    if (closed) {
      return;
    }
    boolean first = trouble.isEmpty();
    trouble = Optional.of(String.valueOf(cause.getMessage()));
    partitions.values().forEach(each -> each.trust().end());
    if (first) {
      counts.troubles.increment();
      LOG.log(
          Level.WARNING,
          "events are read from the log, the tail is not to be had: " + cause.getMessage());
      partitions.keySet().forEach(listeners::tell);
    }
  }

  private void run() {
    while (!closed) {
      if (environment.nanoTime() - lookedAt >= LOOK_NANOS) {
        guarded(this::look);
      }
      guarded(this::copy);
      resting = true;
      if (inbox.isEmpty() && !closed) {
        LockSupport.parkNanos(this, LOOK_NANOS);
      }
      resting = false;
    }
    guarded(this::copy);
  }

  private void guarded(Runnable step) {
    try {
      step.run();
    } catch (RookeryException e) {
      lost(e);
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "the tail is left alone for a while after an error", e);
      lost(e);
    }
  }

  private void look() {
    lookedAt = environment.nanoTime();
    epoch.refresh();
    for (PartitionTail each : partitions.values()) {
      each.look(lookedAt + GOOD_FOR_NANOS);
    }
    if (trouble.isPresent()) {
      trouble = Optional.empty();
      LOG.log(Level.INFO, "events are read from the tail " + tail.name());
    }
  }

  private void copy() {
    Set<PartitionTail> touched = new LinkedHashSet<>();
    takeIn(touched);
    for (PartitionTail each : touched) {
      if (trouble.isEmpty()) {
        each.push(() -> takeIn(touched));
      }
      each.drop();
    }
  }

  private void takeIn(Set<PartitionTail> touched) {
    for (Message next = inbox.poll(); next != null; next = inbox.poll()) {
      PartitionTail its = Objects.requireNonNull(partitions.get(next.partition()));
      switch (next) {
        case Message.Taken taken -> {
          inboxBytes.addAndGet(-taken.bytes());
          its.add(taken.entries());
          touched.add(its);
        }
        case Message.Trimmed trimmed -> its.forget(trimmed.upTo());
      }
    }
  }

  /** Pushes what is there, and ends. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
