package dev.rookery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rookery.Forecast.Alarm;
import dev.rookery.Operations.PartitionInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("P6")
class ForecastTest {
  private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
  private static final long GB = 1_000_000_000;

  private static PartitionInfo keeping(int partition, long bytes, Duration since, long limit) {
    return new PartitionInfo(
        new Partition("bot", partition),
        1,
        bytes,
        Optional.of(Position.of(1)),
        Optional.of(Position.of(1)),
        Optional.of(NOW.minus(since)),
        Optional.of(Duration.ofDays(7)),
        limit == 0 ? Optional.empty() : Optional.of(limit));
  }

  @Test
  void sevenDaysNeedSevenTimesWhatADayBrought() {
    Forecast forecast =
        Forecast.of(List.of(keeping(0, 2 * GB, Duration.ofDays(1), 4 * GB)), NOW).orElseThrow();

    assertThat(forecast.bytesPerDay()).isEqualTo(2 * GB, within(1.0));
    assertThat(forecast.neededBytes()).contains(14 * GB);
    assertThat(forecast.lasts()).contains(Duration.ofDays(2));
    assertThat(forecast.used()).contains(0.5);
  }

  @Test
  void partitionsFillTogetherSinceTheOldestEvent() {
    Forecast forecast =
        Forecast.of(
                List.of(
                    keeping(0, GB, Duration.ofDays(1), 8 * GB),
                    keeping(1, GB, Duration.ofDays(2), 8 * GB)),
                NOW)
            .orElseThrow();

    assertThat(forecast.neededBytes()).contains(7 * GB);
    assertThat(forecast.lasts()).contains(Duration.ofDays(8));
    assertThat(forecast.used()).contains(0.25);
  }

  @Test
  void withoutALimitNothingFillsUp() {
    Forecast forecast =
        Forecast.of(List.of(keeping(0, GB, Duration.ofDays(1), 0)), NOW).orElseThrow();

    assertThat(forecast.lasts()).isEmpty();
    assertThat(forecast.used()).isEmpty();
    assertThat(forecast.alarm()).isEmpty();
  }

  @Test
  void whatCameJustNowForetellsNothing() {
    assertThat(Forecast.of(List.of(keeping(0, GB, Duration.ofSeconds(59), 4 * GB)), NOW)).isEmpty();
    assertThat(Forecast.of(List.of(), NOW)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"69,", "70,FILLING", "84,FILLING", "85,NEARLY_FULL", "95,FULL", "120,FULL"})
  void theHighestAlarmThatIsReachedIsGiven(long percent, Alarm alarm) {
    Forecast forecast =
        Forecast.of(List.of(keeping(0, percent * GB, Duration.ofDays(1), 100 * GB)), NOW)
            .orElseThrow();

    assertThat(forecast.alarm()).isEqualTo(Optional.ofNullable(alarm));
  }
}
