package dev.rookery.client.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimestampsTest {
  @Test
  void everyTimeThatIsWrittenIsReadBack() {
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 20_000; i++) {
      int nanos = random.nextInt(1_000_000_000) / (int) Math.pow(10, random.nextInt(10));
      Instant time =
          Instant.ofEpochSecond(random.nextLong(-62_167_219_200L, 253_402_300_800L), nanos);
      assertThat(Timestamps.parse(time.toString())).isEqualTo(time);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2026-01-31T12:00:00Z",
        "2026-01-31T12:00:00.1Z",
        "2026-01-31T12:00:00.001Z",
        "2026-01-31T12:00:00.000000001Z",
        "2024-02-29T23:59:59.999999999Z",
        "2026-01-31T12:00:00+02:00",
        "2026-01-31T12:00:00.5-11:30",
        "2016-12-31T23:59:60Z",
        "2026-01-31T24:00:00Z",
        "+12026-01-31T12:00:00Z"
      })
  void formsAreReadAsTheStandardLibraryReadsThem(String text) {
    assertThat(Timestamps.parse(text)).isEqualTo(Instant.parse(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "now",
        "2026-02-30T12:00:00Z",
        "2026-13-01T12:00:00Z",
        "2026-01-31T25:00:00Z",
        "2026-01-31T12:60:00Z",
        "2026-01-31 12:00:00Z",
        "2026-01-31T12:00:00",
        "2026-01-31T12:00:00.1234567890Z",
        "2026-01-31T12:00:0xZ",
        "2026-01-3१T12:00:00Z"
      })
  void whatIsNoTimeIsRefused(String text) {
    assertThatThrownBy(() -> Timestamps.parse(text)).isInstanceOf(DateTimeParseException.class);
  }
}
