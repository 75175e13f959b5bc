package dev.rookery.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.postgres.RequiredTexts.Required;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be told of a condition by its text. */
class RequiredTextsTest {
  @Test
  void aComparisonOfAFieldWithATextIsRequiredOnEitherSide() {
    assertThat(RequiredTexts.of("data.user.name == 'alice'").all())
        .containsExactly(new Required("data", "alice"));
    assertThat(RequiredTexts.of("\"bot-1\" == source").all())
        .containsExactly(new Required("source", "bot-1"));
  }

  @Test
  void ofAConjunctionEachPartThatIsUnderstoodIsRequired() {
    assertThat(
            RequiredTexts.of(
                    "data.n > 3 && (data.a == 'x1' || data.b == 'x2') && type == 'a.b'"
                        + " && data.text == 'some text'")
                .all())
        .containsExactly(new Required("type", "a.b"), new Required("data", "some text"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "data.a == 'alice' || true",
        "data.a == 'alice' ? true : data.b",
        "!(data.a == 'alice')",
        "data.a != 'alice'",
        "data.a == 'it\\'s' && data.b == 'alice'",
        "data.a == r'alice'",
        "data.a == '''alice'''",
        "data.a == 'al/ice'",
        "data.a == 'ü'",
        "data.a == 'alice' // && data.b == 'bob'\n || true",
        "data.a + 'x' == 'alice'",
        "data.a == 'alice' == false",
        "datax.a == 'alice'",
        "data['a'] == 'alice'",
        "data.a == 'x'",
        "'alice'",
        "",
        "'"
      })
  void allElseRequiresNothing(String condition) {
    assertThat(RequiredTexts.of(condition).all()).isEmpty();
  }

  @Test
  void whatStandsInATextIsNoOperator() {
    assertThat(RequiredTexts.of("data.a != '|| (' && data.b == 'bob'").all())
        .containsExactly(new Required("data", "bob"));
  }
}
