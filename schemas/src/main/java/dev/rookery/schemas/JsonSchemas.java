package dev.rookery.schemas;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.rookery.InvalidInput;
import dev.rookery.Payload;
import dev.rookery.Undecodable;
import dev.rookery.spi.Schemas;
import java.util.List;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/**
 * JSON Schema, draft 2020-12 unless {@code $schema} names an earlier one. A schema is one document:
 * references to others are refused, and nothing is ever fetched.
 */
public final class JsonSchemas implements Schemas {
  private static final int MAX_PROBLEMS = 10;

  private final SchemaRegistry registry =
      SchemaRegistry.withDefaultDialect(
          SpecificationVersion.DRAFT_2020_12,
          builder ->
              builder.schemaCacheEnabled(false).schemaLoader(l -> l.fetchRemoteResources(false)));

  @Override
  public Function<Payload, List<String>> compile(JsonNode schema) {
    SpecificationVersion version = versionOf(schema);
    OneDocument.check(schema);
    try {
      Schema itself = registry.getSchema(SchemaLocation.of(version.getDialectId()));
      List<Error> wrong = itself.validate(schema);
      if (!wrong.isEmpty()) {
        throw new InvalidInput("this is no JSON Schema: " + shown(wrong.getFirst()));
      }
      Schema compiled = registry.getSchema(schema);
      compiled.initializeValidators();
      return payload -> problems(compiled, payload);
    } catch (InvalidInput e) {
      throw e;
    } catch (RuntimeException | StackOverflowError e) {
      throw new InvalidInput("this is no JSON Schema: " + InvalidInput.shown(e.toString()), e);
    }
  }

  private static SpecificationVersion versionOf(JsonNode schema) {
    if (!schema.isObject() && !schema.isBoolean()) {
      throw new InvalidInput("a JSON Schema is an object, true or false");
    }
    JsonNode named = schema.path("$schema");
    if (named.isMissingNode()) {
      return SpecificationVersion.DRAFT_2020_12;
    }
    return SpecificationVersion.fromSchemaNode(schema)
        .orElseThrow(() ->
            new InvalidInput(
                "the $schema '%s' is not known; leave it out, or use %s"
                    .formatted(
                        InvalidInput.shown(named.asString()),
                        SpecificationVersion.DRAFT_2020_12.getDialectId())));
  }

  private static List<String> problems(Schema schema, Payload payload) {
    try {
      return schema.validate(payload.tree()).stream()
          .limit(MAX_PROBLEMS)
          .map(JsonSchemas::shown)
          .toList();
    } catch (Undecodable e) {
      return List.of(String.valueOf(e.getMessage()));
    } catch (RuntimeException | StackOverflowError e) {
      return List.of("the data cannot be held against the schema: " + e);
    }
  }

  private static String shown(Error error) {
    String place = error.getInstanceLocation().toString();
    return InvalidInput.shown((place.isEmpty() ? "/" : place) + ": " + error.getMessage());
  }
}
