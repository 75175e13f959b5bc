package dev.rookery.embedded;

import dev.rookery.RookeryException;
import java.sql.SQLException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A write on its way through the writer, and the thread that waits for it. */
final class Pending<T> {
  private final Write<T> write;
  private final Thread waiter = Thread.currentThread();
  private @Nullable Result<T> prepared;
  private volatile @Nullable Result<T> result;

  Pending(Write<T> write) {
    this.write = write;
  }

  int weight() {
    return write.weight();
  }

  /** Runs the write; what it answers is kept until the commit. */
  void run(Transaction transaction) throws SQLException {
    try {
      prepared = new Result.Done<>(write.run(transaction));
    } catch (RookeryException e) {
      prepared = new Result.Refused<>(e);
    }
  }

  /** The transaction is committed: the waiter gets what the write answered. */
  void committed() {
    Result<T> ready = prepared;
    if (ready != null) {
      complete(ready);
    }
  }

  void complete(Result<T> outcome) {
    if (result == null) {
      result = outcome;
      LockSupport.unpark(waiter);
    }
  }

  /** Waits; an interrupt does not end the waiting, but is still there after it. */
  Result<T> await() {
    boolean interrupted = false;
    @Nullable Result<T> outcome = result;
    while (outcome == null) {
      LockSupport.park(this);
      interrupted |= Thread.interrupted();
      outcome = result;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return outcome;
  }
}
