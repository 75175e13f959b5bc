package dev.rookery.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class SequenceCheckTest {
  private final SequenceCheck check = new SequenceCheck(2);

  @Test
  void numbersInOrderAreClean() {
    for (long seq = 1; seq <= 10; seq++) {
      assertThat(check.handled(0, seq)).isTrue();
      assertThat(check.handled(1, seq)).isTrue();
    }

    assertThat(check.delivered()).isEqualTo(20);
    assertThat(check.duplicates()).isZero();
    assertThat(check.outOfOrder()).isZero();
    assertThat(check.lost(0, 10, Set.of())).isZero();
  }

  @Test
  void aGapIsLost() {
    check.handled(0, 1);
    check.handled(0, 3);

    assertThat(check.lost(0, 3, Set.of())).isEqualTo(1);
    assertThat(check.outOfOrder()).isZero();
  }

  @Test
  void whatIsMissingAtTheEndIsLost() {
    check.handled(0, 1);

    assertThat(check.lost(0, 4, Set.of())).isEqualTo(3);
    assertThat(check.lost(1, 2, Set.of())).isEqualTo(2);
  }

  @Test
  void whatWasRefusedIsNotLost() {
    check.handled(0, 1);
    check.handled(0, 3);

    assertThat(check.lost(0, 4, Set.of(2L, 4L))).isZero();
  }

  @Test
  void aNumberThatComesLateIsOutOfOrderAndNotLost() {
    check.handled(0, 1);
    check.handled(0, 3);
    assertThat(check.handled(0, 2)).isTrue();

    assertThat(check.outOfOrder()).isEqualTo(1);
    assertThat(check.lost(0, 3, Set.of())).isZero();
  }

  @Test
  void aNumberThatComesTwiceIsADuplicate() {
    check.handled(0, 1);
    check.handled(0, 2);
    assertThat(check.handled(0, 1)).isFalse();

    assertThat(check.duplicates()).isEqualTo(1);
    assertThat(check.delivered()).isEqualTo(2);
  }
}
