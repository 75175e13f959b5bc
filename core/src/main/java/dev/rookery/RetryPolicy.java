package dev.rookery;

import java.time.Duration;
import java.time.Instant;

/**
 * How often and when a failed delivery is tried again: exponential backoff with full jitter
 * (Brooker, "Exponential Backoff And Jitter", 2015). The jitter is drawn from the delivery itself,
 * so that the policy is a pure function.
 *
 * @param maxAttempts attempts in all, the first included, from 1
 * @param initialDelay the longest delay before the second attempt; it doubles with each further one
 * @param maxDelay where the doubling ends
 */
public record RetryPolicy(int maxAttempts, Duration initialDelay, Duration maxDelay) {
  public static final RetryPolicy STANDARD =
      new RetryPolicy(5, Duration.ofMillis(200), Duration.ofMinutes(5));

  public RetryPolicy {
    if (maxAttempts < 1 || maxAttempts > 1_000) {
      throw new InvalidInput("maxAttempts is " + maxAttempts + "; it lies between 1 and 1000");
    }
    if (initialDelay.isNegative()
        || maxDelay.compareTo(initialDelay) < 0
        || maxDelay.compareTo(Duration.ofDays(30)) > 0) {
      throw new InvalidInput(
          "the delays "
              + initialDelay
              + " to "
              + maxDelay
              + " do not rise from 0 to at most 30 days");
    }
  }

  public static RetryPolicy attempts(int maxAttempts) {
    return new RetryPolicy(maxAttempts, STANDARD.initialDelay, STANDARD.maxDelay);
  }

  /** What the bus does about an outcome. */
  public Settlement settle(Delivery delivery, Outcome outcome, Instant now) {
    return switch (outcome) {
      case Outcome.Handled handled -> new Settlement.Ack();
      case Outcome.Rejected rejected -> new Settlement.Dead(DeadLetter.Reason.REJECTED);
      case Outcome.Failed failed -> again(delivery, now, failed.delay().orElse(Duration.ZERO));
      case Outcome.TimedOut timedOut -> again(delivery, now, Duration.ZERO);
    };
  }

  private Settlement again(Delivery delivery, Instant now, Duration atLeast) {
    if (delivery.attempt() >= maxAttempts) {
      return new Settlement.Dead(DeadLetter.Reason.EXHAUSTED);
    }
    Duration backoff = backoff(delivery);
    return new Settlement.Retry(now.plus(backoff.compareTo(atLeast) > 0 ? backoff : atLeast));
  }

  private Duration backoff(Delivery delivery) {
    int doublings = Math.min(delivery.attempt() - 1, 40);
    double longest =
        Math.min(initialDelay.toNanos() * Math.pow(2, doublings), (double) maxDelay.toNanos());
    long drawn =
        mix(
            (delivery.event().id() + '/' + delivery.subscription()).hashCode() * 31L
                + delivery.attempt());
    return Duration.ofNanos((long) (longest * ((drawn >>> 11) * 0x1.0p-53)));
  }

  /**
   * The finaliser of SplitMix64 (Steele, Lea and Flood, 2014): spreads neighbouring numbers evenly.
   */
  private static long mix(long seed) {
    long z = (seed + 0x9e3779b97f4a7c15L) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
