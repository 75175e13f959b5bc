package dev.rookery.embedded;

/**
 * How far a partition's log reaches.
 *
 * @param trimmed the last position that was removed
 * @param trimmedBytes the bytes of all events ever taken up to there
 * @param oldest when the log took the first event kept, in nanoseconds; of no meaning where none is
 * @param last the last position given
 * @param bytes the bytes of all events ever taken
 * @param newest when the log took the last event
 */
record Tail(long trimmed, long trimmedBytes, long oldest, long last, long bytes, long newest) {
  static final Tail EMPTY = new Tail(0, 0, 0, 0, 0, Long.MIN_VALUE);

  boolean isEmpty() {
    return trimmed == last;
  }

  /** When the log takes an event at this time by its clock, which may step back. */
  long taken(long clock) {
    return Math.max(clock, newest);
  }

  Tail appended(long storedAt, long size) {
    return new Tail(
        trimmed, trimmedBytes, isEmpty() ? storedAt : oldest, last + 1, bytes + size, storedAt);
  }

  Tail trimmedTo(long position, long bytesThere, long nextOldest) {
    return new Tail(position, bytesThere, nextOldest, last, bytes, newest);
  }
}
