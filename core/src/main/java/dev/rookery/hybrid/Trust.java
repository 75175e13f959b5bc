package dev.rookery.hybrid;

import dev.rookery.Position;

/** Whether the tail of a partition may be read; any thread asks, and any may end it. */
final class Trust {
  private volatile long until;
  private volatile boolean holds;
  private volatile boolean follows;
  private volatile Position logEnd = Position.ZERO;
  private volatile Position floor = Position.ZERO;

  /**
   * It was found to be the log's.
   *
   * @param untilNanos how long that is good for, without another look
   * @param end of the log
   * @param inTime whether the tail ends there too
   */
  void begin(long untilNanos, Position end, boolean inTime) {
    until = untilNanos;
    logEnd = end;
    holds = true;
    follows = inTime;
  }

  void end() {
    holds = false;
    follows = false;
  }

  /** The log keeps nothing up to there, so the tail is not asked for it. */
  void trimmed(Position upTo) {
    floor = upTo;
  }

  boolean holds(long nowNanos) {
    return holds && nowNanos - until < 0;
  }

  boolean holds(long nowNanos, Position after) {
    return holds(nowNanos) && after.low() == 0 && !floor.isAfter(after);
  }

  /** Whether the tail tells of appends, so that the log need not. */
  boolean follows(long nowNanos) {
    return follows && holds(nowNanos);
  }

  /** Whether there is nothing new after a position where the tail has nothing. */
  boolean follows(long nowNanos, Position after) {
    return follows(nowNanos) && !logEnd.isAfter(after);
  }
}
