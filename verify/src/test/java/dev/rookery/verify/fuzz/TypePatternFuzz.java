package dev.rookery.verify.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.rookery.TypePattern;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;

/** The input is two patterns and a type, a line each. */
class TypePatternFuzz {
  @FuzzTest
  @DictionaryEntries({"*", "**", ".", ".*", ".**", "user"})
  void patternsAgreeWithRegularExpressionsAndWithEachOther(byte[] input) {
    String[] lines = new String(input, StandardCharsets.UTF_8).split("\n", 3);
    Optional<TypePattern> one = Decoding.of(() -> TypePattern.of(lines[0]));
    Optional<TypePattern> other =
        lines.length < 2 ? one : Decoding.of(() -> TypePattern.of(lines[1]));
    if (one.isPresent() && other.isPresent()) {
      agree(one.get(), other.get(), lines[lines.length - 1]);
    }
  }

  private static void agree(TypePattern one, TypePattern other, String type) {
    boolean isType = type.matches("[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*+");
    boolean byOne = one.matches(type);
    boolean byOther = other.matches(type);
    assertThat(one.overlaps(other)).isEqualTo(other.overlaps(one));
    assertThat(one.covers(one)).isTrue();
    if (isType) {
      assertThat(byOne).isEqualTo(expression(one).matcher(type).matches());
      assertThat(byOne && byOther && !one.overlaps(other)).as("overlap").isFalse();
      assertThat(byOther && !byOne && one.covers(other)).as("cover").isFalse();
    }
  }

  private static Pattern expression(TypePattern pattern) {
    String tail = pattern.text().replaceFirst("\\*\\*$", "#");
    return Pattern.compile(tail.replace(".", "\\.").replace("*", "[^.]+").replace("#", ".+"));
  }
}
