package dev.rookery.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Operations.PartitionInfo;
import dev.rookery.Partition;
import dev.rookery.Position;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("P6")
class FillingWatchTest {
  private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

  private final FillingWatch watch = new FillingWatch();

  private List<String> at(long percent) {
    PartitionInfo info =
        new PartitionInfo(
            new Partition("bot", 0),
            1,
            percent,
            Optional.of(Position.of(1)),
            Optional.of(Position.of(1)),
            Optional.of(NOW.minus(Duration.ofHours(1))),
            Optional.empty(),
            Optional.of(100L));
    return watch.look(List.of(info), NOW);
  }

  @Test
  void eachStepIsSaidOnceOnTheWayUp() {
    assertThat(at(60)).isEmpty();
    assertThat(at(71)).singleElement().asString().startsWith("stream bot has taken 71 %");
    assertThat(at(80)).isEmpty();
    assertThat(at(86)).singleElement().asString().contains("86 %");
    assertThat(at(96)).singleElement().asString().contains("96 %");
    assertThat(at(99)).isEmpty();
  }

  @Test
  void whatGotBetterIsSaidAgainWhenItGetsWorse() {
    assertThat(at(86)).hasSize(1);
    assertThat(at(71)).isEmpty();
    assertThat(at(86)).hasSize(1);
    assertThat(at(10)).isEmpty();
    assertThat(at(71)).hasSize(1);
  }
}
