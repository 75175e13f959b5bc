package dev.rookery.embedded;

import dev.rookery.BackendUnavailable;
import dev.rookery.BusClosed;
import dev.rookery.LogFailed;
import dev.rookery.spi.Listeners;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that changes the database.
 *
 * <h2>Group commit</h2>
 *
 * It takes all writes that wait, up to a bound, runs them in one transaction, syncs once, and only
 * then completes them. While the disk syncs, the next group gathers.
 *
 * <h2>Errors</h2>
 *
 * A write that refuses concerns nobody else. An error before the commit rolls the group back, and
 * each of its writes is tried in a transaction of its own: the guilty one fails alone. An error of
 * the commit, the sync or the mark, damage, or a dying thread stops the log for good: after a
 * failed sync the next one may succeed although the data is gone, so nothing that this process
 * still knows can be trusted. Those whose commit it was learn that nobody knows; those that wait
 * and those that come later, that the log has failed.
 *
 * <h2>Threads</h2>
 *
 * Callers never enter SQLite; they park. The thread is private, so nobody can interrupt it: an
 * interrupt would close the file of the mark. Whatever ends it, its last step completes everybody.
 *
 * <p>Between callers and the thread there is no lock: a caller whose stack runs out would leave one
 * locked for good, or a wake-up unsaid. Whoever adds a write and finds the thread idle wakes it, so
 * that of a wake-up that got lost only the caller knows who lost it.
 */
final class Writer implements AutoCloseable {
  private static final int GROUP_WEIGHT = 4_096;

  private final Path folder;
  private final Session session;
  private final Mark mark;
  private final Checkpoints checkpoints;
  private final Listeners listeners;
  private final FailPoint failPoint;
  private final Thread thread;

  private final ConcurrentLinkedQueue<Pending<?>> queue = new ConcurrentLinkedQueue<>();
  private volatile boolean idle;
  private volatile boolean closing;
  private volatile @Nullable Throwable stopped;
  private List<Pending<?>> group = List.of();

  /** Begins writing. Only the writer uses the session and the mark of the store from here on. */
  Writer(Store store, Listeners listeners, FailPoint failPoint) {
    this.folder = store.folder().path();
    this.session = store.session();
    this.mark = store.mark();
    this.checkpoints = new Checkpoints(session, store.folder().reserve());
    this.listeners = listeners;
    this.failPoint = failPoint;
    this.thread = Thread.ofPlatform().name("rookery-writer " + folder).daemon().start(this::work);
  }

  /**
   * Has a write done, and returns after it is synced.
   *
   * @throws LogFailed when the log has stopped
   * @throws BackendUnavailable when the write was rolled back
   */
  <T> T write(Write<T> write) {
    return switch (submit(write)) {
      case Result.Done<T>(T value) -> value;
      case Result.Refused<T>(var reason) -> throw reason;
      case Result.RolledBack<T>(var cause) ->
          throw new BackendUnavailable("nothing was written to " + folder + ": " + cause, cause);
      case Result.Uncertain<T>(var cause) -> throw failed(cause);
      case Result.NotBegun<T>(var cause) -> throw failed(cause);
    };
  }

  /** Has a write done, and says what became of it. */
  <T> Result<T> submit(Write<T> write) {
    if (closing && stopped == null) {
      return new Result.NotBegun<>(closed());
    }
    Pending<T> pending = new Pending<>(write);
    queue.add(pending);
    if (idle) {
      LockSupport.unpark(thread);
    }
    Throwable cause = stopped;
    if (cause != null && queue.remove(pending)) {
      return new Result.NotBegun<>(cause);
    }
    return pending.await();
  }

  /** The exception for a caller who finds the log stopped. */
  RuntimeException failed(Throwable cause) {
    return cause instanceof BusClosed
        ? closed()
        : new LogFailed(
            "the log in " + folder + " stopped after " + cause + "; close it and open it again",
            cause);
  }

  private BusClosed closed() {
    return new BusClosed("the log in " + folder + " is closed");
  }

  private void work() {
    Throwable reason = closed();
    try {
      while (take()) {
        commit(group);
        checkpoints.run(queue.isEmpty());
      }
    } catch (Throwable e) {
      reason = e;
    } finally {
      while (!stop(reason)) {
        Thread.onSpinWait();
      }
    }
  }

  /** Waits for writes and takes a group of them; false when closing, and none is left. */
  private boolean take() {
    while (queue.isEmpty() && !closing) {
      idle = true;
      if (queue.isEmpty() && !closing) {
        LockSupport.park(this);
      }
      idle = false;
    }
    List<Pending<?>> taken = new ArrayList<>();
    group = taken;
    int weight = 0;
    for (Pending<?> next = queue.peek();
        next != null && weight < GROUP_WEIGHT;
        next = queue.peek()) {
      weight += next.weight();
      taken.add(next);
      // Only now, so that it is in one of them whenever memory runs out
      queue.remove();
    }
    return !taken.isEmpty();
  }

  private void commit(List<Pending<?>> writes) throws SQLException, IOException {
    Transaction transaction = new Transaction(session);
    try {
      for (Pending<?> write : writes) {
        write.run(transaction);
      }
      transaction.insertAppends();
    } catch (SQLException | RuntimeException e) {
      rollBack(transaction, e);
      separately(writes, e);
      return;
    }
    failPoint.reach(FailPoint.Step.BEFORE_COMMIT);
    session.commit();
    failPoint.reach(FailPoint.Step.AFTER_COMMIT);
    List<PartitionState> grown = transaction.publish();
    if (!grown.isEmpty()) {
      mark.write(grown);
    }
    if (!transaction.afterEmptying().isEmpty()) {
      boolean emptied = checkpoints.empty();
      transaction.afterEmptying().forEach(told -> told.accept(emptied));
    }
    for (Pending<?> write : writes) {
      write.committed();
    }
    for (PartitionState state : grown) {
      listeners.tell(state.partition());
    }
  }

  private void rollBack(Transaction transaction, Exception e) throws SQLException {
    if (e instanceof SQLException sql && Failures.isFatal(sql)) {
      throw sql;
    }
    session.rollback();
    transaction.revert();
  }

  private void separately(List<Pending<?>> writes, Exception cause)
      throws SQLException, IOException {
    if (writes.size() == 1) {
      writes.getFirst().complete(new Result.RolledBack<>(cause));
      return;
    }
    for (Pending<?> write : writes) {
      commit(List.of(write));
    }
  }

  /**
   * Ends the log: nobody is left waiting, and nobody gets in any more. False where memory ran out
   * on the way, and it must be done again.
   */
  private boolean stop(Throwable reason) {
    stopped = reason;
    try {
      for (Pending<?> write : group) {
        write.complete(new Result.Uncertain<>(reason));
      }
      for (Pending<?> write = queue.poll(); write != null; write = queue.poll()) {
        write.complete(new Result.NotBegun<>(reason));
      }
      return true;
    } catch (OutOfMemoryError e) {
      return false;
    }
  }

  /**
   * Holds that the log takes writes.
   *
   * @throws LogFailed when it has stopped
   */
  void requireRunning() {
    Throwable cause = stopped;
    if (cause != null) {
      throw failed(cause);
    }
  }

  /** Does what waits, and ends. The session and the mark are the caller's again. */
  @Override
  public void close() {
    closing = true;
    LockSupport.unpark(thread);
    Uninterruptibly.join(thread);
  }
}
