package dev.rookery.check;

import dev.rookery.Partition;
import dev.rookery.Position;

/** One thing that a process did, written down by itself when it was done. */
public sealed interface HistoryLine {
  /** The wall clock, in microseconds since 1970. */
  long atMicros();

  /**
   * A receipt was given.
   *
   * @param seq the place of the event within its key, counted from 1 by the publisher; 0 where it
   *     does not count
   * @param duplicate whether the event had been stored before
   * @param sentMicros the wall clock before the call
   */
  record Stored(
      String process,
      String id,
      String type,
      String key,
      long seq,
      Partition partition,
      Position position,
      boolean duplicate,
      long sentMicros,
      long atMicros)
      implements HistoryLine {}

  /** A handler was about to return, or to throw. */
  record Handled(
      String process,
      String subscription,
      String id,
      String key,
      long seq,
      Partition partition,
      Position position,
      int attempt,
      Result result,
      long atMicros)
      implements HistoryLine {}

  /** How an attempt ended. */
  enum Result {
    OK,
    FAILED,
    REJECTED
  }
}
