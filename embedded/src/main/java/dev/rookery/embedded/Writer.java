package dev.rookery.embedded;

import dev.rookery.BackendUnavailable;
import dev.rookery.BusClosed;
import dev.rookery.LogFailed;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
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

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final ArrayDeque<Pending<?>> queue = new ArrayDeque<>();
  private boolean closing;
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
    Pending<T> pending = new Pending<>(write);
    lock.lock();
    try {
      Throwable cause = stopped;
      if (cause != null || closing) {
        return new Result.NotBegun<>(cause == null ? closed() : cause);
      }
      queue.add(pending);
      if (queue.size() == 1) {
        arrived.signal();
      }
    } finally {
      lock.unlock();
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
        checkpoints.run(nobodyWaits());
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
    lock.lock();
    try {
      while (queue.isEmpty() && !closing) {
        arrived.awaitUninterruptibly();
      }
      List<Pending<?>> taken = new ArrayList<>(queue.size());
      int weight = 0;
      while (!queue.isEmpty() && weight < GROUP_WEIGHT) {
        Pending<?> next = queue.remove();
        weight += next.weight();
        taken.add(next);
      }
      group = taken;
      return !taken.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  private boolean nobodyWaits() {
    lock.lock();
    try {
      return queue.isEmpty();
    } finally {
      lock.unlock();
    }
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
      lock.lock();
      try {
        for (Pending<?> write : queue) {
          write.complete(new Result.NotBegun<>(reason));
        }
        queue.clear();
      } finally {
        lock.unlock();
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
    lock.lock();
    try {
      closing = true;
      arrived.signal();
    } finally {
      lock.unlock();
    }
    Uninterruptibly.join(thread);
  }
}
