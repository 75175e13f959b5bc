package dev.rookery.spi;

import dev.rookery.Draft;
import dev.rookery.Partition;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Where events wait that are published in a transaction of the application's own, until that is
 * committed and they are moved to the log.
 *
 * <p>They wait in the order in which they were added. Two of which the second was added after the
 * first's transaction had ended are moved in that order, whatever else is under way.
 */
public interface Outbox {
  /**
   * Adds an event as a part of the connection's transaction, and leaves that open. It is there when
   * the transaction is committed, and leaves no trace when it is not.
   *
   * @param derived as in {@link Waiting}
   * @throws dev.rookery.PublishRejected when it is not added; the transaction may be broken then
   */
  void add(Connection connection, Append append, boolean derived);

  /**
   * Moves the next events that wait to the log, in one atomic step: each stands in the outbox or in
   * the log, and never in both or neither. Only one caller of all processes does it at a time; to
   * the others it looks as if there were none.
   *
   * @param passedOver the numbers of those that shall wait
   * @param judge says what becomes of each; it does not call the store
   */
  Moved move(Set<Long> passedOver, Function<Waiting, Verdict> judge);

  /** Calls the listener soon after events were added, and again as long as there are some. */
  Runnable listen(Runnable listener);

  /**
   * An event that waits.
   *
   * @param number the later it was added, the higher
   * @param draft with an id, a source and a time
   * @param content the digest of what its publisher said, as in {@link Append}; empty where the
   *     draft is just that
   * @param derived whether its id was derived from the event that was handled, so that another of
   *     that id is the same said again
   */
  record Waiting(long number, Draft draft, Optional<ByteBuffer> content, boolean derived) {}

  /** What shall become of an event that waits. */
  sealed interface Verdict {
    /** It goes to the log. */
    record Take(Partition partition, Append append) implements Verdict {}

    /** It never can. It is kept for an operator to see, and stands in nobody's way. */
    record Refuse(String reason) implements Verdict {}

    /** It cannot now. */
    record Leave() implements Verdict {}
  }

  /**
   * What was done.
   *
   * @param left the numbers of those that were left to wait
   */
  record Moved(List<Batch> batches, List<Refusal> refused, List<Long> left) {
    /** Nothing waits, or another process is at it. */
    public static final Moved NOTHING = new Moved(List.of(), List.of(), List.of());

    public Moved {
      batches = List.copyOf(batches);
      refused = List.copyOf(refused);
      left = List.copyOf(left);
    }
  }

  /** What was appended to a partition, and the log's answers. */
  record Batch(Partition partition, List<Append> events, List<Appended> answers) {
    public Batch {
      events = List.copyOf(events);
      answers = List.copyOf(answers);
    }
  }

  /** An event that the log will never take. */
  record Refusal(long number, String reason) {}
}
