package dev.rookery.client;

import dev.rookery.Published;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** One event on its way to the server, until somebody knows what became of it. */
final class Pending {
  private final byte[] json;
  private final boolean derived;
  private final long deadline;
  private final AtomicReference<@Nullable Published> result = new AtomicReference<>();
  private final CountDownLatch done;

  /** Whether some request with it may have reached the server. */
  private volatile boolean maybeStored;

  /**
   * An event to be sent.
   *
   * @param json the event as it goes over the wire
   * @param derived whether its id was derived from the event that is being handled
   * @param deadline in nanoseconds, after which nobody tries any more
   * @param done counted down once the result is there
   */
  Pending(byte[] json, boolean derived, long deadline, CountDownLatch done) {
    this.json = json;
    this.derived = derived;
    this.deadline = deadline;
    this.done = done;
  }

  byte[] json() {
    return json;
  }

  boolean isDerived() {
    return derived;
  }

  boolean isLate(long now) {
    return now - deadline >= 0;
  }

  boolean maybeStored() {
    return maybeStored;
  }

  void maybeStored(boolean maybe) {
    maybeStored = maybe;
  }

  /** Says what became of it; the first word counts. */
  void complete(Published published) {
    if (result.compareAndSet(null, published)) {
      done.countDown();
    }
  }

  boolean isDone() {
    return result.get() != null;
  }

  Published result() {
    Published published = result.get();
    if (published == null) {
      throw new IllegalStateException("nobody knows yet");
    }
    return published;
  }
}
