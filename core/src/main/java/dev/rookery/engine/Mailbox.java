package dev.rookery.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What waits for a worker: results of attempts, which come in numbers, and other messages. One
 * thread takes.
 *
 * <h2>The alarm</h2>
 *
 * A virtual thread that parks for a time has the time kept, and forgotten again, by another thread,
 * which costs more than most messages. So the taker parks for no time, and sets an alarm only where
 * none rings early enough: one that rings too early makes it look around for nothing, now and then.
 */
final class Mailbox {
  private static final int BATCH = 512;

  private final ConcurrentLinkedQueue<Message.Result> results = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<Message> messages = new ConcurrentLinkedQueue<>();
  private final ScheduledExecutorService timer;
  private @Nullable Future<?> alarm;
  private long alarmAt;
  private volatile boolean rang = true;
  private volatile boolean over;
  private volatile boolean sleeping;
  private volatile @Nullable Thread taker;

  Mailbox(ScheduledExecutorService timer) {
    this.timer = timer;
  }

  void post(Message message) {
    messages.add(message);
    wake();
  }

  void post(Message.Result result) {
    results.add(result);
    wake();
  }

  /** Nobody waits here any more. */
  void end() {
    over = true;
    wake();
  }

  private void ring() {
    rang = true;
    wake();
  }

  private void wake() {
    if (sleeping) {
      LockSupport.unpark(taker);
    }
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

  /** Waits until something may be there, or the time is over. */
  void await(long nanos) {
    setAlarm(nanos);
    taker = Thread.currentThread();
    sleeping = true;
    if (results.isEmpty() && messages.isEmpty() && !rang && !over) {
      LockSupport.park(this);
    }
    sleeping = false;
  }

  /** An alarm that is cancelled too late rings for nothing, no more. */
  private void setAlarm(long nanos) {
    long now = System.nanoTime();
    if (!rang && alarmAt - now <= nanos) {
      return;
    }
    close();
    rang = false;
    alarmAt = now + nanos;
    alarm = timer.schedule(this::ring, nanos, TimeUnit.NANOSECONDS);
  }

  /** Takes the alarm back. */
  void close() {
    Future<?> set = alarm;
    if (set != null) {
      set.cancel(false);
    }
  }
}
