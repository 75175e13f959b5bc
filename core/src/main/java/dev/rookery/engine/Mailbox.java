package dev.rookery.engine;

import dev.rookery.spi.Alarms;
import dev.rookery.spi.SerialWork;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What waits for a worker: results of attempts, which come in numbers, and other messages. Whatever
 * comes asks for the worker's turn, and so does the alarm.
 */
final class Mailbox {
  private static final int BATCH = 512;

  private final ConcurrentLinkedQueue<Message.Result> results = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<Message> messages = new ConcurrentLinkedQueue<>();
  private final Alarms alarms;
  private final LongSupplier nanoTime;
  private final SerialWork turn;
  private @Nullable Runnable callOff;
  private long alarmAt;
  private volatile boolean rang = true;

  /**
   * An empty mailbox.
   *
   * @param turn takes the messages
   */
  Mailbox(Alarms alarms, LongSupplier nanoTime, SerialWork turn) {
    this.alarms = alarms;
    this.nanoTime = nanoTime;
    this.turn = turn;
  }

  void post(Message message) {
    messages.add(message);
    turn.ask();
  }

  void post(Message.Result result) {
    results.add(result);
    turn.ask();
  }

  private void ring() {
    rang = true;
    turn.ask();
  }

  /** The next message, null where there is none. */
  @Nullable Message poll() {
    if (!results.isEmpty()) {
      List<Message.Result> batch = new ArrayList<>();
      for (Message.Result result = results.poll(); result != null; result = results.poll()) {
        batch.add(result);
        if (batch.size() == BATCH) {
          break;
        }
      }
      return new Message.Settled(batch);
    }
    return messages.poll();
  }

  /**
   * Has a turn taken after that time at the latest. It sets an alarm only where none rings early
   * enough; one that rings too early costs a turn for nothing, now and then.
   */
  void wakeAfter(long nanos) {
    long now = nanoTime.getAsLong();
    if (!rang && alarmAt - now <= nanos) {
      return;
    }
    cancelAlarm();
    rang = false;
    alarmAt = now + nanos;
    callOff = alarms.set(nanos, this::ring);
  }

  /** One that is cancelled too late rings for nothing, no more. */
  void cancelAlarm() {
    if (callOff != null) {
      callOff.run();
    }
  }
}
