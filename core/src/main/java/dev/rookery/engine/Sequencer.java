package dev.rookery.engine;

import dev.rookery.Partition;
import dev.rookery.PublishRejected;
import dev.rookery.RookeryException;
import dev.rookery.spi.Append;
import dev.rookery.spi.Appended;
import dev.rookery.spi.Outbox;
import dev.rookery.spi.Outbox.Moved;
import dev.rookery.spi.Outbox.Verdict;
import dev.rookery.spi.Outbox.Waiting;
import dev.rookery.spi.SerialWork;
import java.lang.System.Logger.Level;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Brings what waits in the outbox to the log, stamped, checked and routed as any other publish.
 *
 * <h2>Order</h2>
 *
 * Every step begins at the oldest event that waits. Who goes on after the last one that it saw
 * passes over a transaction that was slow to commit, and may then move its key's next event first.
 * So events of a full partition are named one by one as those to pass over, and never by a number
 * up to which all were seen.
 */
final class Sequencer implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Sequencer.class.getName());
  private static final int MOST_LEFT = 2_000;

  private final EngineParts parts;
  private final Publisher publisher;
  private final Outbox outbox;
  private final SerialWork work;
  private final Runnable stopListening;
  private final ReentrantLock running = new ReentrantLock();
  private volatile boolean closed;
  private String told = "";

  Sequencer(EngineParts parts, Publisher publisher, Outbox outbox) {
    this.parts = parts;
    this.publisher = publisher;
    this.outbox = outbox;
    this.work = new SerialWork(parts.environment(), "rookery-sequencer", this::run);
    this.stopListening = outbox.listen(work::ask);
  }

  private void run() {
    running.lock();
    try {
      if (!closed) {
        drain();
        told = "";
      }
    } catch (RookeryException e) {
      tell(String.valueOf(e.getMessage()));
    } finally {
      running.unlock();
    }
  }

  /** Says once what keeps events waiting. */
  private void tell(String problem) {
    if (!problem.equals(told)) {
      LOG.log(Level.WARNING, "the outbox waits: " + problem);
      told = problem;
    }
  }

  private void drain() {
    Set<Partition> full = new HashSet<>();
    Set<Long> left = new HashSet<>();
    boolean more = true;
    while (more && !closed && left.size() < MOST_LEFT) {
      parts.config().partitions().stream()
          .filter(partition -> !publisher.hasRoom(partition))
          .forEach(full::add);
      Moved moved = parts.call(() -> outbox.move(left, row -> judged(row, full)));
      count(moved);
      left.addAll(moved.left());
      more = !moved.equals(Moved.NOTHING);
    }
  }

  /** Whatever goes wrong with one event says nothing of the others. */
  private Verdict judged(Waiting row, Set<Partition> full) {
    try {
      return judge(row, full);
    } catch (PublishRejected e) {
      return new Verdict.Refuse(String.valueOf(e.getMessage()));
    } catch (RuntimeException | StackOverflowError e) {
      LOG.log(Level.ERROR, "event " + row.number() + " of the outbox cannot be looked at", e);
      return new Verdict.Refuse(e.toString());
    }
  }

  private Verdict judge(Waiting row, Set<Partition> full) {
    Publisher.Stamped stamped = publisher.stamp(row.draft());
    if (full.contains(stamped.partition())) {
      return new Verdict.Leave();
    }
    Append append = stamped.append();
    return new Verdict.Take(
        stamped.partition(), new Append(append.event(), row.content().orElse(append.content())));
  }

  private void count(Moved moved) {
    for (Outbox.Batch batch : moved.batches()) {
      for (Appended answer : batch.answers()) {
        switch (answer) {
          case Appended.Stored stored -> parts.counters().published(1);
          case Appended.Duplicate duplicate -> parts.counters().duplicate();
          case Appended.Conflict conflict -> {}
        }
      }
    }
    for (Outbox.Refusal refusal : moved.refused()) {
      parts.counters().rejected();
      LOG.log(
          Level.WARNING,
          "event " + refusal.number() + " of the outbox is refused: " + refusal.reason());
    }
  }

  /** Waits for what is under way. */
  @Override
  public void close() {
    closed = true;
    running.lock();
    try {
      stopListening.run();
    } finally {
      running.unlock();
    }
  }
}
