package dev.rookery.server;

import dev.rookery.Delivery;
import dev.rookery.EventHandler.Progress;
import dev.rookery.EventRejected;
import dev.rookery.Outage;
import dev.rookery.RetryAfter;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The deliveries that a client has and has not settled. The bus runs a handler for each, which
 * sends the delivery and waits here for the client's word.
 */
final class OpenDeliveries {
  /** What the client said. */
  sealed interface Verdict {
    record Ack() implements Verdict {}

    record Retry(Duration delay, String reason, boolean outage) implements Verdict {}

    record Reject(String reason) implements Verdict {}
  }

  private static final class Open {
    private final Progress progress;
    private final CountDownLatch settled = new CountDownLatch(1);
    private volatile @Nullable Verdict verdict;

    private Open(Progress progress) {
      this.progress = progress;
    }
  }

  private final Map<Long, Open> open = new ConcurrentHashMap<>();
  private final AtomicLong numbers = new AtomicLong();
  private final Outbound outbound;

  OpenDeliveries(Outbound outbound) {
    this.outbound = outbound;
  }

  /** Hands a delivery to the client and waits for its word; interrupted at the deadline. */
  void handle(Delivery delivery, Progress progress) throws InterruptedException {
    long number = numbers.incrementAndGet();
    Open mine = new Open(progress);
    open.put(number, mine);
    outbound.delivery(number, delivery);
    try {
      mine.settled.await();
    } catch (InterruptedException e) {
      if (open.remove(number) != null && !outbound.withdraw(number)) {
        outbound.answer("{\"op\":\"revoked\",\"delivery\":" + number + "}");
      }
      throw e;
    }
    switch (mine.verdict) {
      case Verdict.Ack _ -> {}
      case Verdict.Retry(Duration delay, String reason, boolean outage) -> {
        if (outage) {
          throw new Outage(reason);
        }
        throw new RetryAfter(delay, reason);
      }
      case Verdict.Reject(String reason) -> throw new EventRejected(reason);
      case null -> throw new IllegalStateException("settled without a verdict");
    }
  }

  /** Takes the client's word; false when the delivery is not open any more. */
  boolean settle(long number, Verdict verdict) {
    Open settled = open.remove(number);
    if (settled == null) {
      return false;
    }
    settled.verdict = verdict;
    settled.settled.countDown();
    return true;
  }

  /** The client is still at work; false when the delivery is not open any more. */
  boolean working(long number) {
    Open still = open.get(number);
    if (still == null) {
      return false;
    }
    still.progress.working();
    return true;
  }
}
