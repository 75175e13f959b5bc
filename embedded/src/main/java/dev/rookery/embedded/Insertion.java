package dev.rookery.embedded;

import dev.rookery.spi.Appended;
import org.jspecify.annotations.Nullable;

/** An event that a transaction is to insert, and what comes of it. */
final class Insertion {
  private final PartitionState state;
  private final EventRow event;
  private final long clock;
  private Tail tail = Tail.EMPTY;
  private @Nullable Appended answer;

  Insertion(PartitionState state, EventRow event, long clock) {
    this.state = state;
    this.event = event;
    this.clock = clock;
  }

  PartitionState state() {
    return state;
  }

  EventRow event() {
    return event;
  }

  /** Gives it the partition's next place; says whether that is another one than it had. */
  boolean place(Transaction transaction) {
    long before = tail.last();
    tail = state.working().appended(state.working().taken(clock), event.size());
    transaction.move(state, tail);
    return tail.last() != before;
  }

  long place() {
    return state.place(tail.last());
  }

  /** The partition's tail with the event. */
  Tail tail() {
    return tail;
  }

  void answer(Appended given) {
    answer = given;
  }

  /** What came of it, after the transaction. */
  Appended answer() {
    Appended given = answer;
    if (given == null) {
      throw new IllegalStateException("the event was not inserted yet");
    }
    return given;
  }

  boolean isAnswered() {
    return answer != null;
  }
}
