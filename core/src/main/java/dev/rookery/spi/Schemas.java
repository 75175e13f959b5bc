package dev.rookery.spi;

import dev.rookery.Payload;
import java.util.List;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/** Understands the schemas of the catalogue; found with {@link java.util.ServiceLoader}. */
public interface Schemas {
  /**
   * Compiles a JSON Schema. The function says what is wrong with data, for people; empty: nothing.
   * It fetches nothing.
   *
   * @throws dev.rookery.InvalidInput when the schema is none, or refers to another document
   */
  Function<Payload, List<String>> compile(JsonNode schema);
}
