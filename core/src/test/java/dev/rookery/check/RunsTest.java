package dev.rookery.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RunsTest {
  private final Runs runs = new Runs();

  @Test
  void neighboursInAnyOrderLeaveNoGap() {
    List<Long> numbers = new ArrayList<>(LongStream.rangeClosed(1, 1_000).boxed().toList());
    Collections.shuffle(numbers, new Random(1));
    numbers.forEach(number -> runs.add(number, true));
    numbers.forEach(number -> runs.add(number, true));

    assertThat(runs.missing()).isZero();
    assertThat(runs.gap()).isEmpty();
  }

  @Test
  void whatIsLeftOutIsMissing() {
    LongStream.of(5, 6, 9, 11).forEach(number -> runs.add(number, true));

    assertThat(runs.missing()).isEqualTo(3);
    assertThat(runs.gap()).isEqualTo("7 to 8");
    runs.add(8, true);
    assertThat(runs.gap()).isEqualTo("7");
  }

  @Test
  void whatLiesBeforeTheFirstThatCountsIsNotMissing() {
    runs.add(1, false);
    runs.add(10, true);
    runs.add(11, false);
    runs.add(13, false);

    assertThat(runs.missing()).isEqualTo(1);
  }
}
