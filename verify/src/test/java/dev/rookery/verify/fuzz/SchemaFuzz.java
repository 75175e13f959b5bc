package dev.rookery.verify.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.rookery.Json;
import dev.rookery.Payload;
import dev.rookery.schemas.JsonSchemas;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** The input is a JSON Schema in the first line, and the data that is held against it. */
class SchemaFuzz {
  private static final JsonSchemas SCHEMAS = new JsonSchemas();

  @FuzzTest
  @DictionaryEntries({
    "\"type\":\"object\"",
    "\"properties\":{",
    "\"required\":[\"",
    "\"$ref\":\"#",
    "\"$ref\":\"#/$defs/a\"",
    "\"$defs\":{\"a\":{",
    "\"allOf\":[{",
    "\"anyOf\":[",
    "\"oneOf\":[",
    "\"not\":",
    "\"items\":",
    "\"enum\":[",
    "\"const\":",
    "\"pattern\":\"(a+)+$\"",
    "\"minimum\":",
    "\"multipleOf\":0.1",
    "\"format\":\"date-time\"",
    "\"$schema\":",
    "\"$id\":",
    "\"$anchor\":",
    "\"if\":",
    "\"then\":",
    "\"patternProperties\":{",
    "\"additionalProperties\":false",
    "\"uniqueItems\":true",
    "\"maxLength\":",
    "1e999999999",
    "true",
    "{}"
  })
  void aSchemaJudgesDataOrIsRefused(byte[] input) {
    String[] parts = new String(input, StandardCharsets.UTF_8).split("\n", 2);
    JsonNode schema;
    try {
      schema = Json.MAPPER.readTree(parts[0]);
    } catch (JacksonException e) {
      return;
    }
    Optional<Function<Payload, List<String>>> compiled = Decoding.of(() -> SCHEMAS.compile(schema));
    Payload data = Payload.json(parts.length < 2 ? "{}" : parts[1]);
    compiled.ifPresent(judge ->
        assertThat(Decoding.of(() -> judge.apply(data)).orElseThrow()).hasSizeLessThan(11));
  }
}
