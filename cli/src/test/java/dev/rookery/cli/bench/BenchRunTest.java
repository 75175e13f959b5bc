package dev.rookery.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.BusConfig;
import dev.rookery.Payload;
import dev.rookery.cli.terminal.Interruption;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class BenchRunTest {
  @Test
  void theDataSaysWhatWasPutIntoItAndIsJsonOfItsSize() {
    Payload data = new BenchData(200).of(7, 123_456, 9_876_543_210L);

    assertThat(data.sizeBytes()).isEqualTo(200);
    assertThat(data.tree().isObject()).isTrue();
    assertThat(BenchData.key(data.bytes())).isEqualTo(7);
    assertThat(BenchData.seq(data.bytes())).isEqualTo(123_456);
    assertThat(BenchData.sentNanos(data.bytes())).isEqualTo(9_876_543_210L);
    assertThat(new BenchData(BenchData.MIN_BYTES).of(1, 1, 1).sizeBytes())
        .isEqualTo(BenchData.MIN_BYTES);
  }

  @Test
  void aRunAtARateIsMeasuredAndClean() throws InterruptedException {
    BenchResult result = run(500, 2, 2);

    // What fell due in a stall is published after it; without a rate it would be many thousands.
    assertThat(result.publishedPerSecond()).isBetween(10.0, 5_000.0);
    assertThat(result.lost()).isZero();
    assertThat(result.outOfOrder()).isZero();
    assertThat(result.duplicates()).isZero();
    assertThat(result.json().propertyNames())
        .containsExactly(
            "backend",
            "producers",
            "subscriptions",
            "sizeBytes",
            "rate",
            "publishedPerSecond",
            "deliveredPerSecond",
            "p50Ms",
            "p95Ms",
            "p99Ms",
            "maxMs",
            "lost",
            "duplicates",
            "outOfOrder");
  }

  @Test
  void aRunAtSaturationLosesNothing() throws InterruptedException {
    BenchResult result = run(0, 1, 1);

    assertThat(result.publishedPerSecond()).isPositive();
    assertThat(result.isClean()).isTrue();
  }

  private static BenchResult run(int rate, int producers, int subscriptions)
      throws InterruptedException {
    BenchPlan plan =
        new BenchPlan(
            "memory:bench-test",
            BusConfig.standard(),
            rate,
            producers,
            subscriptions,
            200,
            Duration.ofMillis(300),
            Duration.ofMillis(700),
            0,
            5_000);
    return new BenchRun(plan, new Interruption()).run();
  }
}
