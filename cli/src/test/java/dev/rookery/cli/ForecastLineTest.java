package dev.rookery.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Operations.PartitionInfo;
import dev.rookery.Partition;
import dev.rookery.Position;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ForecastLineTest {
  private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
  private static final long GB = 1_000_000_000;

  private static PartitionInfo day(
      String stream, long bytes, Optional<Duration> age, Optional<Long> limit) {
    return new PartitionInfo(
        new Partition(stream, 0),
        1,
        bytes,
        Optional.of(Position.of(1)),
        Optional.of(Position.of(1)),
        Optional.of(NOW.minus(Duration.ofDays(1))),
        age,
        limit);
  }

  @Test
  void whatIsNeededStandsBesideWhatIsGiven() {
    Optional<Duration> week = Optional.of(Duration.ofDays(7));

    assertThat(
            ForecastLine.of(
                List.of(
                    day("bot", 1_600_000_000, week, Optional.of(4 * GB)),
                    day("user", 9 * GB / 10, Optional.empty(), Optional.of(GB)),
                    day("system", GB, week, Optional.empty()),
                    day("error", GB, Optional.empty(), Optional.empty())),
                NOW))
        .containsExactly(
            "bot: at 1.6 GB a day 7 days need 11.2 GB, the 4.0 GB given last 2.5 days",
            "user: 90 % full, at 900.0 MB a day the 1.0 GB given last 1.1 days",
            "system: at 1.0 GB a day 7 days need 7.0 GB",
            "error: at 1.0 GB a day");
  }

  @Test
  void aStreamWithoutEventsHasNoLine() {
    PartitionInfo empty =
        new PartitionInfo(
            new Partition("bot", 0),
            0,
            0,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(Duration.ofDays(7)),
            Optional.of(GB));

    assertThat(ForecastLine.of(List.of(empty), NOW)).isEmpty();
  }
}
