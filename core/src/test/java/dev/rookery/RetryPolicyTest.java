package dev.rookery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final Outcome BOOM = new Outcome.Failed("boom", false, Optional.empty());

  private static Delivery delivery(String id, int attempt) {
    Event event =
        new Event(id, "t", "s", "k", NOW, id, Optional.empty(), 1, Payload.EMPTY, Map.of());
    return new Delivery(
        "watcher", new Partition("user", 0), Position.of(1), attempt, 1, false, false, event);
  }

  private static Duration delay(RetryPolicy policy, String id, int attempt) {
    Settlement settlement = policy.settle(delivery(id, attempt), BOOM, NOW);
    return Duration.between(NOW, ((Settlement.Retry) settlement).notBefore());
  }

  @Test
  void whatWasHandledIsDone() {
    assertThat(RetryPolicy.STANDARD.settle(delivery("a", 1), new Outcome.Handled(), NOW))
        .isEqualTo(new Settlement.Ack());
  }

  @Test
  void whatWasRejectedIsDeadAtOnce() {
    assertThat(RetryPolicy.STANDARD.settle(delivery("a", 1), new Outcome.Rejected("no"), NOW))
        .isEqualTo(new Settlement.Dead(DeadLetter.Reason.REJECTED));
  }

  @Test
  void theLastAttemptThatFailsIsDead() {
    RetryPolicy three = RetryPolicy.attempts(3);
    Settlement dead = new Settlement.Dead(DeadLetter.Reason.EXHAUSTED);

    assertThat(three.settle(delivery("a", 2), BOOM, NOW)).isInstanceOf(Settlement.Retry.class);
    assertThat(three.settle(delivery("a", 3), BOOM, NOW)).isEqualTo(dead);
    assertThat(three.settle(delivery("a", 9), BOOM, NOW)).isEqualTo(dead);
    assertThat(three.settle(delivery("a", 3), new Outcome.TimedOut(Duration.ZERO), NOW))
        .isEqualTo(dead);
    assertThat(RetryPolicy.attempts(1).settle(delivery("a", 1), BOOM, NOW)).isEqualTo(dead);
  }

  @Test
  void theSameDeliveryWaitsTheSameTime() {
    RetryPolicy policy = RetryPolicy.attempts(10);

    for (int attempt = 1; attempt < 10; attempt++) {
      assertThat(delay(policy, "a", attempt)).isEqualTo(delay(policy, "a", attempt));
    }
  }

  @Test
  void delaysSpreadOverTheWholeOfTheirRange() {
    RetryPolicy policy = new RetryPolicy(1_000, Duration.ofMillis(100), Duration.ofSeconds(10));
    for (int attempt = 1; attempt <= 10; attempt++) {
      long longest = Math.min(100L << (attempt - 1), 10_000);
      int[] tenths = new int[10];
      for (int i = 0; i < 2_000; i++) {
        long millis = delay(policy, "event-" + i, attempt).toMillis();
        assertThat(millis).isBetween(0L, longest);
        tenths[(int) Math.min(9, millis * 10 / longest)]++;
      }
      for (int count : tenths) {
        assertThat(count).isBetween(120, 290);
      }
    }
  }

  @Test
  void delaysOfNeighboursDiffer() {
    List<Duration> delays = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      delays.add(delay(RetryPolicy.STANDARD, "event-" + i, 1));
    }

    assertThat(delays.stream().distinct().count()).isGreaterThan(990);
  }

  @Test
  void thousandsOfAttemptsDoNotOverflow() {
    RetryPolicy policy = new RetryPolicy(1_000, Duration.ofDays(1), Duration.ofDays(30));

    assertThat(delay(policy, "a", 999)).isBetween(Duration.ZERO, Duration.ofDays(30));
  }

  @Test
  void theDelayThatAHandlerAsksForIsTheLeast() {
    Outcome later = new Outcome.Failed("later", false, Optional.of(Duration.ofHours(1)));
    Settlement settlement = RetryPolicy.STANDARD.settle(delivery("a", 1), later, NOW);

    assertThat(settlement).isEqualTo(new Settlement.Retry(NOW.plus(Duration.ofHours(1))));
  }

  @Test
  void aPolicyOutOfBoundsIsRefused() {
    Duration second = Duration.ofSeconds(1);
    assertThatThrownBy(() -> RetryPolicy.attempts(0)).isInstanceOf(InvalidInput.class);
    assertThatThrownBy(() -> RetryPolicy.attempts(1_001)).isInstanceOf(InvalidInput.class);
    assertThatThrownBy(() -> new RetryPolicy(1, second.negated(), second))
        .isInstanceOf(InvalidInput.class);
    assertThatThrownBy(() -> new RetryPolicy(1, second, Duration.ZERO))
        .isInstanceOf(InvalidInput.class);
    assertThatThrownBy(() -> new RetryPolicy(1, second, Duration.ofDays(31)))
        .isInstanceOf(InvalidInput.class);
  }
}
