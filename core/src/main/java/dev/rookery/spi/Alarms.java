package dev.rookery.spi;

import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Wakes those who wait for a time. */
public interface Alarms extends AutoCloseable {
  /**
   * Rings once, after that time. What rings does not block.
   *
   * @return calls it off; too late it does nothing
   */
  Runnable set(long nanos, Runnable ring);

  /** Nothing rings any more; what is set after that is passed over. */
  @Override
  void close();

  /** Alarms by the machine's time, on one thread that lives until they are closed. */
  static Alarms system() {
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("rookery-timer").factory());
    timer.setRemoveOnCancelPolicy(true);
    timer.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
    return new Alarms() {
      @Override
      public Runnable set(long nanos, Runnable ring) {
        Future<?> set = timer.schedule(ring, nanos, TimeUnit.NANOSECONDS);
        return () -> set.cancel(false);
      }

      @Override
      public void close() {
        timer.shutdownNow();
      }
    };
  }
}
