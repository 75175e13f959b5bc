package dev.rookery.benchmarks.load;

import java.util.concurrent.locks.LockSupport;

/** Tells the callers when to wait and when to stop. */
final class Gate {
  private static final long LOOK_NANOS = 500_000;

  private volatile boolean stopped;
  private volatile boolean waiting;

  /** Waits while subscriptions are behind; false once everything is to stop. */
  boolean pass() {
    while (waiting && !stopped) {
      LockSupport.parkNanos(LOOK_NANOS);
    }
    return !stopped;
  }

  void hold(boolean on) {
    waiting = on;
  }

  void stop() {
    stopped = true;
  }

  boolean isStopped() {
    return stopped;
  }
}
