package dev.rookery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Positions, partitions, tokens and starts as text. */
class PlacesTest {
  private static final String HUGE = Long.toString(Long.MAX_VALUE);

  @ParameterizedTest
  @ValueSource(strings = {"0", "42", "9223372036854775807", "1700000000000-3", "0-1"})
  void aPositionIsReadAsItIsWritten(String text) {
    assertThat(Position.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-",
        "-1",
        "1-",
        "-1-1",
        "1--1",
        "1-2-3",
        "x",
        "1.5",
        "9223372036854775808",
        " 1",
        "\n"
      })
  void whatIsNoPositionIsRefused(String text) {
    assertThatThrownBy(() -> Position.parse(text)).isInstanceOf(InvalidInput.class);
  }

  @Test
  void aPositionIsNeverNegative() {
    assertThatThrownBy(() -> new Position(-1, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Position(0, -1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void positionsCompareByTheirNumbersAndNotByTheirText() {
    assertThat(Position.of(10)).isGreaterThan(Position.of(9));
    assertThat(new Position(1, 10)).isGreaterThan(new Position(1, 9));
    assertThat(new Position(2, 0)).isGreaterThan(new Position(1, Long.MAX_VALUE));
    assertThat(Position.of(1).isAfter(Position.ZERO)).isTrue();
    assertThat(Position.of(1).isAfter(Position.of(1))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"user/0", "a-b_c/255"})
  void aPartitionIsReadAsItIsWritten(String text) {
    assertThat(Partition.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "user", "user/", "/0", "user/-1", "user/x", "user/99999999999"})
  void whatIsNoPartitionIsRefused(String text) {
    assertThatThrownBy(() -> Partition.parse(text)).isInstanceOf(InvalidInput.class);
  }

  @Test
  void partitionsAreInOrderOfStreamAndNumber() {
    assertThat(new Partition("a", 10)).isGreaterThan(new Partition("a", 9));
    assertThat(new Partition("b", 0)).isGreaterThan(new Partition("a", 9));
  }

  @Test
  void randomTokensAreReadAsTheyAreWritten() {
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 500; i++) {
      Map<Partition, Position> positions = new HashMap<>();
      for (int n = random.nextInt(6); n > 0; n--) {
        positions.put(
            new Partition("s-" + random.nextInt(3), random.nextInt(256)),
            new Position(random.nextLong(Long.MAX_VALUE), random.nextLong(3)));
      }
      Token token = new Token(positions);

      assertThat(Token.parse(token.toString())).isEqualTo(token);
      assertThat(token.toString()).matches("t_[A-Za-z0-9_-]*");
    }
  }

  @Test
  void aTokenOfEveryPartitionThatAConfigurationMayHaveIsRead() {
    Map<Partition, Position> positions = new HashMap<>();
    for (int number = 0; number < 256; number++) {
      positions.put(new Partition("a-stream-of-some-length", number), Position.parse(HUGE));
    }
    Token token = new Token(positions);

    assertThat(Token.parse(token.toString())).isEqualTo(token);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "t_", "x_abc", "t_%%%", "t_YWJj", "t_dXNlci8wQA", "t_dXNlcg"})
  void whatIsNoTokenIsRefused(String text) {
    if (text.equals("t_")) {
      assertThat(Token.parse(text)).isEqualTo(new Token(Map.of()));
    } else {
      assertThatThrownBy(() -> Token.parse(text)).isInstanceOf(InvalidInput.class);
    }
  }

  @Test
  void aTokenByTheMegabyteIsRefused() {
    assertThatThrownBy(() -> Token.parse("t_" + "A".repeat(1 << 20)))
        .isInstanceOf(InvalidInput.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"latest", "earliest", "42", "1700000000000-3", "2026-01-31T12:00:00.123456789Z"})
  void aStartIsReadAsItIsWritten(String text) {
    assertThat(Start.parse(text)).hasToString(text);
  }

  @Test
  void aStartMayBeAnyOfItsForms() {
    Token token = new Token(Map.of(new Partition("user", 0), Position.of(7)));

    assertThat(Start.parse("latest")).isEqualTo(Start.latest());
    assertThat(Start.parse("42")).isEqualTo(new Start.AfterPosition(Position.of(42)));
    assertThat(Start.parse("2026-01-31T12:00:00Z"))
        .isEqualTo(new Start.At(Instant.parse("2026-01-31T12:00:00Z")));
    assertThat(Start.parse(token.toString())).isEqualTo(new Start.After(token));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "now", "Latest", "-1", "42-", "2026-01-31", "t_?", "99999999999999999999"})
  void whatIsNoStartIsRefused(String text) {
    assertThatThrownBy(() -> Start.parse(text)).isInstanceOf(InvalidInput.class);
  }
}
