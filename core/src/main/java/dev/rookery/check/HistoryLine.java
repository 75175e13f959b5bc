package dev.rookery.check;

import dev.rookery.Delivery;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.Receipt;

/**
 * One thing that a process did, written down by itself: before it called the bus or a handler
 * ({@link Publishing}, {@link Handling}), or when it was done.
 *
 * <p>In a history an id is one event's. Where a publisher counts the events of a key, it goes on to
 * the next when it knows the end of the last: it repeats a publish whose end is unknown.
 */
public sealed interface HistoryLine {
  String process();

  /**
   * The time in microseconds, on one clock for all processes of a history: the wall clock, since
   * 1970, or where that may step one that never does, with any beginning.
   */
  long atMicros();

  /**
   * A publish begins; a repeated one has a line of its own.
   *
   * @param seq the place of the event within its key, counted from 1 by the publisher; 0 where it
   *     does not count
   */
  record Publishing(String process, String id, String type, String key, long seq, long atMicros)
      implements HistoryLine {

    /** It ended with a receipt. */
    public Stored stored(Receipt receipt, long endMicros) {
      Partition partition = new Partition(receipt.stream(), receipt.partition());
      return new Stored(
          process,
          id,
          type,
          key,
          seq,
          partition,
          receipt.position(),
          receipt.duplicate(),
          atMicros,
          endMicros);
    }

    /** It ended, and the event is certainly not stored by it. */
    public NotStored notStored(long endMicros) {
      return new NotStored(process, id, endMicros);
    }

    /** It ended, and whether the event is stored is unknown. */
    public Unresolved unresolved(long endMicros) {
      return new Unresolved(process, id, endMicros);
    }
  }

  /**
   * A receipt was given.
   *
   * @param seq the place of the event within its key, counted from 1 by the publisher; 0 where it
   *     does not count
   * @param duplicate whether the event had been stored before
   * @param sentMicros the time before the call
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

  /** A publish ended that certainly stored nothing. */
  record NotStored(String process, String id, long atMicros) implements HistoryLine {}

  /** A publish ended that may have stored the event, or may still. */
  record Unresolved(String process, String id, long atMicros) implements HistoryLine {}

  /**
   * A handler is about to be called.
   *
   * @param epoch of the claim under which it is; 0 where it is not known
   * @param redriven whether the event was a dead letter before
   */
  record Handling(
      String process,
      String subscription,
      String id,
      String key,
      long seq,
      Partition partition,
      Position position,
      int attempt,
      long epoch,
      boolean redriven,
      long atMicros)
      implements HistoryLine {

    /**
     * The delivery is about to be handled.
     *
     * @param seq the place of the event within its key, 0 where it is not counted
     */
    public static Handling of(String process, Delivery delivery, long seq, long atMicros) {
      return new Handling(
          process,
          delivery.subscription(),
          delivery.event().id(),
          delivery.event().key(),
          seq,
          delivery.partition(),
          delivery.position(),
          delivery.attempt(),
          delivery.epoch(),
          delivery.redriven(),
          atMicros);
    }

    /** The handler is about to return, or to throw. */
    public Handled ended(Result result, long endMicros) {
      return new Handled(
          process,
          subscription,
          id,
          key,
          seq,
          partition,
          position,
          attempt,
          result,
          redriven,
          endMicros);
    }
  }

  /**
   * A handler was about to return, or to throw.
   *
   * @param redriven whether the event was a dead letter before, so that it may come after later
   *     ones of its key
   */
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
      boolean redriven,
      long atMicros)
      implements HistoryLine {

    /** Of an event that was not redriven. */
    public Handled(
        String process,
        String subscription,
        String id,
        String key,
        long seq,
        Partition partition,
        Position position,
        int attempt,
        Result result,
        long atMicros) {
      this(
          process,
          subscription,
          id,
          key,
          seq,
          partition,
          position,
          attempt,
          result,
          false,
          atMicros);
    }
  }

  /** A claim was taken. */
  record Claimed(
      String process, String subscription, Partition partition, long epoch, long atMicros)
      implements HistoryLine {}

  /**
   * A settlement, which is a cursor saved or a dead letter stored, was accepted or refused.
   *
   * @param epoch of the claim that it was made under
   * @param sentMicros the time before the call
   */
  record Settled(
      String process,
      String subscription,
      Partition partition,
      Position position,
      long epoch,
      boolean accepted,
      long sentMicros,
      long atMicros)
      implements HistoryLine {}

  /** A handler's effect outside the bus was applied, once for each line. */
  record Applied(String process, String subscription, String id, long atMicros)
      implements HistoryLine {}

  /** How an attempt ended. */
  enum Result {
    OK,
    FAILED,
    REJECTED
  }
}
