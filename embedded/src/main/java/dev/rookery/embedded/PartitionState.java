package dev.rookery.embedded;

import dev.rookery.Partition;

/**
 * A partition as it is known in memory.
 *
 * <p>The writer alone works on its tail; everybody else sees the tail of the last commit. The key
 * of an event's row is the partition's number in the upper 23 bits and its position in the lower
 * 40: one table, in the order in which it is read.
 */
final class PartitionState {
  private static final int POSITION_BITS = 40;
  private static final long POSITIONS = (1L << POSITION_BITS) - 1;

  private final Partition partition;
  private final long number;
  private volatile Tail committed;
  private Tail working;

  PartitionState(Partition partition, long number, Tail tail) {
    this.partition = partition;
    this.number = number;
    this.committed = tail;
    this.working = tail;
  }

  static long positionOf(long place) {
    return place & POSITIONS;
  }

  Partition partition() {
    return partition;
  }

  long number() {
    return number;
  }

  long place(long position) {
    return number << POSITION_BITS | position;
  }

  /** The greatest key that a row of the partition can have. */
  long lastPlace() {
    return place(POSITIONS);
  }

  Tail committed() {
    return committed;
  }

  /** For the writer alone. */
  Tail working() {
    return working;
  }

  /** For the writer alone; {@link Transaction#move} calls it. */
  void work(Tail tail) {
    working = tail;
  }

  boolean hasNewEvents() {
    return working.last() > committed.last();
  }

  void publish() {
    committed = working;
  }

  void revert() {
    working = committed;
  }
}
