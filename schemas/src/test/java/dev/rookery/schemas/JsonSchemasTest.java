package dev.rookery.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.InvalidInput;
import dev.rookery.Json;
import dev.rookery.Payload;
import dev.rookery.spi.Schemas;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonSchemasTest {
  private final Schemas schemas = new JsonSchemas();

  private Function<Payload, List<String>> compiled(String schema) {
    return schemas.compile(Json.MAPPER.readTree(schema));
  }

  private List<String> problems(String schema, String data) {
    return compiled(schema).apply(Payload.json(data));
  }

  private static final String PERSON =
      """
      {"type": "object", "required": ["name"],
       "properties": {"name": {"type": "string", "maxLength": 5}, "age": {"$ref": "#/$defs/age"}},
       "$defs": {"age": {"type": "integer", "minimum": 0}}}
      """;

  @Test
  void dataThatFitsHasNoProblems() {
    assertThat(problems(PERSON, "{\"name\":\"Ann\",\"age\":7,\"more\":[]}")).isEmpty();
  }

  @Test
  void aProblemSaysWhereAndWhat() {
    assertThat(problems(PERSON, "{\"name\":\"Ann\",\"age\":-1}"))
        .singleElement()
        .asString()
        .startsWith("/age: ")
        .contains("0");
    assertThat(problems(PERSON, "{\"age\":1}")).singleElement().asString().contains("name");
    assertThat(problems(PERSON, "[]")).singleElement().asString().startsWith("/: ");
  }

  @Test
  void everyProblemIsSaidUpToTen() {
    assertThat(problems(PERSON, "{\"name\":\"too long\",\"age\":\"x\"}")).hasSize(2);
    String many = "[" + "1,".repeat(99) + "1]";
    assertThat(problems("{\"items\":{\"type\":\"string\"}}", many)).hasSize(10);
  }

  @Test
  void dataThatIsNoJsonIsAProblem() {
    assertThat(problems(PERSON, "not json")).singleElement().asString().contains("not JSON");
    assertThat(problems("true", "")).hasSize(1);
  }

  @Test
  void aProblemShowsNoControlCharactersOfTheData() {
    assertThat(problems("{\"additionalProperties\":false}", "{\"\\u001b[31m\\r\\n\":1}"))
        .singleElement()
        .asString()
        .doesNotContain("\u001b", "\r", "\n");
  }

  @Test
  void trueTakesEverythingAndFalseNothing() {
    assertThat(problems("true", "{}")).isEmpty();
    assertThat(problems("false", "{}")).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"no such type\"}",
        "{\"type\":5}",
        "{\"required\":\"name\"}",
        "{\"properties\":[]}",
        "{\"minimum\":\"0\"}",
        "{\"pattern\":\"[\"}",
        "{\"$ref\":\"#/$defs/missing\"}",
        "{\"$schema\":\"http://example.com/mine\"}",
        "[]",
        "\"text\"",
        "null",
      })
  void whatIsNoSchemaIsRefused(String schema) {
    assertThatThrownBy(() -> compiled(schema)).isInstanceOf(InvalidInput.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"$ref\":\"http://127.0.0.1:1/schema.json\"}",
        "{\"$ref\":\"other.json\"}",
        "{\"$ref\":\"file:///etc/passwd\"}",
        "{\"$ref\":\"classpath:/draft-07.json\"}",
        "{\"properties\":{\"a\":{\"$ref\":\"https://example.com/a\"}}}",
        "{\"allOf\":[{\"not\":{\"$dynamicRef\":\"https://example.com/a#b\"}}]}",
      })
  void aReferenceToAnotherDocumentIsRefusedByName(String schema) {
    assertThatThrownBy(() -> compiled(schema))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("only parts of the same schema");
  }

  @Test
  void wordsThatOnlyLookLikeReferencesAreData() {
    assertThat(problems("{\"const\":{\"$ref\":\"other.json\"}}", "{\"$ref\":\"other.json\"}"))
        .isEmpty();
    assertThat(problems("{\"properties\":{\"$ref\":{\"type\":\"string\"}}}", "{\"$ref\":\"x\"}"))
        .isEmpty();
  }

  @Test
  void earlierDraftsAreKnown() {
    String draft7 =
        "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"type\":\"integer\"}";

    assertThat(problems(draft7, "1")).isEmpty();
    assertThat(problems(draft7, "\"x\"")).hasSize(1);
  }

  @Test
  void aSchemaThatRefersToItselfEnds() {
    String tree = "{\"properties\":{\"child\":{\"$ref\":\"#\"},\"n\":{\"type\":\"integer\"}}}";

    assertThat(problems(tree, "{\"child\":{\"child\":{\"n\":1}}}")).isEmpty();
    assertThat(problems(tree, "{\"child\":{\"child\":{\"n\":\"x\"}}}")).hasSize(1);
    assertThat(problems("{\"$ref\":\"#\"}", "{}")).isNotNull();
  }

  @Test
  void oneSchemaServesManyThreads() {
    Function<Payload, List<String>> person = compiled(PERSON);

    long wrong =
        IntStream.range(0, 1_000)
            .parallel()
            .filter(n ->
                !person
                    .apply(Payload.json("{\"name\":\"Ann\",\"age\":%d}".formatted(n % 2 - 1)))
                    .isEmpty())
            .count();

    assertThat(wrong).isEqualTo(500);
  }

  @Test
  void theServiceLoaderFindsIt() {
    assertThat(ServiceLoader.load(Schemas.class).findFirst()).get().isInstanceOf(JsonSchemas.class);
  }
}
