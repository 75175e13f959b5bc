package dev.rookery;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The conversation that an event belongs to and the event that caused it. While a handler runs it
 * is in scope, and what the handler publishes takes it over: the rule is correlation = the cause's
 * correlation, causation = the cause's id, hops = the cause's hops + 1.
 *
 * @param again whether it is handled again on purpose, however long after
 * @param repeated whether an attempt at it failed before
 * @param published how many events the handler has published so far; it makes the ids of the next
 *     ones
 */
public record Causation(
    String subscription, Event cause, boolean again, boolean repeated, AtomicInteger published) {
  private static final ScopedValue<Causation> SCOPE = ScopedValue.newInstance();

  public static Causation by(Delivery delivery) {
    boolean again = delivery.replay() || delivery.redriven();
    return new Causation(
        delivery.subscription(),
        delivery.event(),
        again,
        delivery.attempt() > 1,
        new AtomicInteger());
  }

  /**
   * What is being handled on this thread. Threads that a handler starts do not inherit it: see
   * {@link Draft#causedBy}.
   */
  public static Optional<Causation> current() {
    return SCOPE.isBound() ? Optional.of(SCOPE.get()) : Optional.empty();
  }

  /** Runs the handler in the scope of what it handles. */
  public static void handling(
      Delivery delivery, EventHandler handler, EventHandler.Progress progress) throws Exception {
    ScopedValue.where(SCOPE, by(delivery))
        .call(() -> {
          handler.handle(delivery, progress);
          return delivery;
        });
  }

  /**
   * Whether an earlier handling may lie further back than the window of ids reaches: what is
   * published under derived ids is then looked for in the log first, so that it exists once.
   */
  public boolean mayBeForgotten(Instant now, Duration window) {
    return again || (repeated && cause.time().isBefore(now.minus(window)));
  }

  /**
   * The draft with what the scope knows filled in. Without an id it gets one derived from
   * subscription, cause and the number of the publish (a name-based UUID, RFC 9562 version 8 over
   * SHA-256), so that a repeated handling does not say things twice.
   */
  public Draft stamp(Draft draft) {
    Draft stamped =
        draft.correlation().isPresent() ? draft : draft.correlation(cause.correlation());
    stamped = stamped.causation().isPresent() ? stamped : stamped.causation(cause.id());
    if (!stamped.attributes().containsKey(Event.HOPS)) {
      stamped = stamped.attribute(Event.HOPS, Integer.toString(cause.hops() + 1));
    }
    return stamped.id().isPresent()
        ? stamped
        : stamped.id(derivedId(subscription, cause, published.incrementAndGet()));
  }

  /** The id of what a subscription published as the n-th while it handled the cause. */
  public static String derivedId(String subscription, Event cause, int number) {
    try {
      byte[] name =
          (subscription + '\n' + cause.source() + '\n' + cause.id() + '\n' + number)
              .getBytes(StandardCharsets.UTF_8);
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(name);
      long high = 0;
      long low = 0;
      for (int i = 0; i < 8; i++) {
        high = high << 8 | hash[i] & 0xff;
        low = low << 8 | hash[i + 8] & 0xff;
      }
      return new UUID(high & ~0xf000L | 0x8000L, low & 0x3fffffffffffffffL | 0x8000000000000000L)
          .toString();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
