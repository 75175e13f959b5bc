package dev.rookery;

import tools.jackson.databind.JsonNode;

/** Turns data of one version of a type into data of the next. */
@FunctionalInterface
public interface Upcaster {
  JsonNode upcast(JsonNode data);
}
