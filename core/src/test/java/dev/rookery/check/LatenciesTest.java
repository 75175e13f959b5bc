package dev.rookery.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class LatenciesTest {
  @Test
  void percentilesAreAtMostTwoPercentTooHigh() {
    Latencies latencies = new Latencies();
    for (int micros = 1; micros <= 100_000; micros++) {
      latencies.record(micros * 1_000L);
    }

    assertThat(latencies.count()).isEqualTo(100_000);
    assertThat(latencies.percentileMillis(0.5)).isCloseTo(50, Percentage.withPercentage(2));
    assertThat(latencies.percentileMillis(0.95)).isCloseTo(95, Percentage.withPercentage(2));
    assertThat(latencies.percentileMillis(0.99)).isCloseTo(99, Percentage.withPercentage(2));
    assertThat(latencies.maxMillis()).isEqualTo(100);
  }

  @Test
  void everyDurationHasABucket() {
    for (long nanos = 1; nanos > 0; nanos *= 2) {
      for (long near : new long[] {nanos - 1, nanos, nanos + 1}) {
        Latencies latencies = new Latencies();
        latencies.record(near);
        assertThat(latencies.percentileMillis(1)).isCloseTo(near / 1e6, within(near / 1e6 / 50));
      }
    }
    new Latencies().record(Long.MAX_VALUE);
  }

  @Test
  void aClockThatStepsBackCountsAsNoTime() {
    Latencies latencies = new Latencies();
    latencies.record(-5);

    assertThat(latencies.maxMillis()).isZero();
  }

  @Test
  void nothingRecordedIsZero() {
    assertThat(new Latencies().percentileMillis(0.99)).isZero();
  }

  @Test
  void whatAnotherCountedIsAdded() {
    Latencies one = new Latencies();
    Latencies two = new Latencies();
    one.record(1_000_000);
    two.record(9_000_000);
    one.add(two);

    assertThat(one.count()).isEqualTo(2);
    assertThat(one.maxMillis()).isEqualTo(9);
  }
}
