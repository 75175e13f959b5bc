package dev.rookery.benchmarks.load;

/** Waiting for the end of threads. */
public final class Threads {
  private Threads() {}

  /** Waits for its end, or until the waiting thread is interrupted. */
  public static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
