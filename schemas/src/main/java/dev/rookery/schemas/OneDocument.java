package dev.rookery.schemas;

import dev.rookery.InvalidInput;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** Whether a schema refers to nothing but its own parts. */
final class OneDocument {
  private static final Set<String> REFERENCES = Set.of("$ref", "$dynamicRef", "$recursiveRef");

  /** Keywords whose values are data and no schemas. */
  private static final Set<String> DATA = Set.of("const", "enum", "default", "examples");

  private OneDocument() {}

  /**
   * Looks through the schema.
   *
   * @throws InvalidInput when it refers to another document
   */
  static void check(JsonNode schema) {
    for (Map.Entry<String, JsonNode> property : schema.properties()) {
      JsonNode value = property.getValue();
      if (REFERENCES.contains(property.getKey()) && value.isString()) {
        checkReference(value.stringValue());
      } else if (!DATA.contains(property.getKey())) {
        check(value);
      }
    }
    if (schema.isArray()) {
      schema.values().forEach(OneDocument::check);
    }
  }

  private static void checkReference(String reference) {
    if (!reference.startsWith("#")) {
      throw new InvalidInput(
          "the schema refers to '"
              + InvalidInput.shown(reference)
              + "'; only parts of the same schema can be referred to, such as #/$defs/name");
    }
  }
}
