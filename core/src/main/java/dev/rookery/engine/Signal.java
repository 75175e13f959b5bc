package dev.rookery.engine;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntConsumer;

/**
 * Lets threads wait for something to happen without missing it: who saw a count waits for another
 * one. Who waits is not at work; who raises the count has the others at work again before he goes
 * on.
 */
final class Signal {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final IntConsumer working;
  private int waiting;
  private long count;

  /**
   * A signal that nobody raised yet.
   *
   * @param working told of threads that begin to wait, and of those that are woken
   */
  Signal(IntConsumer working) {
    this.working = working;
  }

  long count() {
    lock.lock();
    try {
      return count;
    } finally {
      lock.unlock();
    }
  }

  void raise() {
    lock.lock();
    try {
      count++;
      working.accept(waiting);
      waiting = 0;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the count is another one than was seen, or the time is over. */
  void await(long seen, long nanos) throws InterruptedException {
    lock.lock();
    try {
      if (count == seen) {
        waiting++;
        working.accept(-1);
        awaitChange(seen, nanos);
      }
    } finally {
      lock.unlock();
    }
  }

  private void awaitChange(long seen, long nanos) throws InterruptedException {
    try {
      long left = nanos;
      while (count == seen && left > 0) {
        left = changed.awaitNanos(left);
      }
    } finally {
      if (count == seen) {
        waiting--;
        working.accept(1);
      }
    }
  }
}
