package dev.rookery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TypePatternTest {
  private static final List<String> TOKENS = List.of("a", "b", "ab", "a-b", "A");

  @ParameterizedTest
  @CsvSource({
    "user.message.received, user.message.received, true",
    "user.message.received, user.message.Received, false",
    "user.message, user.message.received, false",
    "user.message.received, user.message, false",
    "user.*, user.message, true",
    "user.*, user.message.received, false",
    "user.*, user, false",
    "user.*, users.message, false",
    "user.*.received, user.message.received, true",
    "user.*.received, user.received, false",
    "user.**, user.message, true",
    "user.**, user.message.received, true",
    "user.**, user, false",
    "**, user, true",
    "**, a.b.c.d, true",
    "*, user, true",
    "*, user.message, false",
    "*.*, user.message, true",
    "*.**, user, false",
    "*.**, user.message.received, true",
    "a.b, a.bc, false",
    "a.bc, a.b, false",
  })
  void matches(String pattern, String type, boolean expected) {
    assertThat(TypePattern.of(pattern).matches(type)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", ".", "a.", ".a", "a..b", "**.a", "a.**.b", "***", "a*", "*a", "a b", "ü", "a.\n"
      })
  void whatIsNoPatternIsRefused(String text) {
    assertThatThrownBy(() -> TypePattern.of(text))
        .isInstanceOf(InvalidInput.class)
        .message()
        .doesNotContain("\n");
  }

  @Test
  void aPatternHasTwoHundredCharactersAtMost() {
    assertThat(TypePattern.of("a".repeat(200)).matches("a".repeat(200))).isTrue();
    assertThatThrownBy(() -> TypePattern.of("a".repeat(201))).isInstanceOf(InvalidInput.class);
  }

  @Test
  void aPatternOfManyStarsIsMatchedInNoTime() {
    TypePattern stars = TypePattern.of("*" + ".*".repeat(99));
    String type = "a" + ".a".repeat(99);

    long begin = System.nanoTime();
    for (int i = 0; i < 1_000; i++) {
      assertThat(stars.matches(type)).isTrue();
      assertThat(stars.matches(type + ".a")).isFalse();
    }
    assertThat(System.nanoTime() - begin).isLessThan(60_000_000_000L);
  }

  @Test
  void randomPatternsMatchAsANaiveMatcherDoes() {
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 20_000; i++) {
      TypePattern pattern = randomPattern(random);
      String type = String.join(".", randomTokens(random, TOKENS));

      assertThat(pattern.matches(type))
          .as("%s on %s", pattern, type)
          .isEqualTo(naive(List.of(pattern.text().split("\\.")), List.of(type.split("\\."))));
    }
  }

  @Test
  void patternsOverlapWhereSomeTypeMatchesBoth() {
    SplittableRandom random = new SplittableRandom(8);
    List<String> types = allTypes();
    for (int i = 0; i < 2_000; i++) {
      TypePattern one = randomPattern(random);
      TypePattern two = randomPattern(random);
      boolean shared = types.stream().anyMatch(type -> one.matches(type) && two.matches(type));

      assertThat(one.overlaps(two)).as("%s and %s", one, two).isEqualTo(shared);
      assertThat(two.overlaps(one)).isEqualTo(shared);
    }
  }

  @Test
  void aPatternCoversAnotherOnlyIfItMatchesAllThatTheOtherDoes() {
    SplittableRandom random = new SplittableRandom(9);
    List<String> types = allTypes();
    for (int i = 0; i < 2_000; i++) {
      TypePattern one = randomPattern(random);
      TypePattern two = randomPattern(random);
      boolean all = types.stream().filter(two::matches).allMatch(one::matches);

      assertThat(one.covers(two)).as("%s covers %s", one, two).isEqualTo(all);
    }
    assertThat(TypePattern.of("**").covers(TypePattern.of("**"))).isTrue();
  }

  private static boolean naive(List<String> pattern, List<String> type) {
    if (pattern.equals(List.of("**"))) {
      return !type.isEmpty();
    }
    if (pattern.isEmpty() || type.isEmpty()) {
      return pattern.isEmpty() && type.isEmpty();
    }
    boolean first = pattern.getFirst().equals("*") || pattern.getFirst().equals(type.getFirst());
    return first && naive(pattern.subList(1, pattern.size()), type.subList(1, type.size()));
  }

  private static List<String> randomTokens(SplittableRandom random, List<String> from) {
    List<String> tokens = new ArrayList<>();
    for (int length = random.nextInt(1, 5); length > 0; length--) {
      tokens.add(from.get(random.nextInt(from.size())));
    }
    return tokens;
  }

  private static TypePattern randomPattern(SplittableRandom random) {
    List<String> tokens = randomTokens(random, List.of("a", "b", "ab", "*", "*"));
    if (random.nextInt(3) == 0) {
      tokens.set(tokens.size() - 1, "**");
    }
    return TypePattern.of(String.join(".", tokens));
  }

  /** Every type of up to five tokens from an alphabet larger than the patterns'. */
  private static List<String> allTypes() {
    List<String> all = new ArrayList<>(List.of("a", "b", "ab", "other"));
    int from = 0;
    for (int length = 2; length <= 5; length++) {
      int to = all.size();
      for (int i = from; i < to; i++) {
        for (String token : List.of("a", "b", "ab", "other")) {
          all.add(all.get(i) + "." + token);
        }
      }
      from = to;
    }
    return all;
  }
}
