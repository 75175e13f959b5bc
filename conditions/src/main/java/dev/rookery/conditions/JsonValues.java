package dev.rookery.conditions;

import dev.cel.common.values.NullValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** JSON as CEL knows it: whole numbers that fit are ints, all others doubles. */
final class JsonValues {
  private JsonValues() {}

  static Object of(JsonNode node) {
    return switch (node.getNodeType()) {
      case OBJECT -> map(node);
      case ARRAY -> list(node);
      case STRING -> node.stringValue();
      case BOOLEAN -> node.booleanValue();
      case NUMBER -> number(node);
      case NULL, MISSING -> NullValue.NULL_VALUE;
      case BINARY, POJO -> throw new IllegalArgumentException("no JSON: " + node.getNodeType());
    };
  }

  private static Number number(JsonNode node) {
    if (node.isIntegralNumber() && node.canConvertToLong()) {
      return node.longValue();
    }
    return node.asDouble();
  }

  private static Map<String, Object> map(JsonNode node) {
    Map<String, Object> map = new LinkedHashMap<>();
    node.properties().forEach(property -> map.put(property.getKey(), of(property.getValue())));
    return map;
  }

  private static List<Object> list(JsonNode node) {
    List<Object> list = new ArrayList<>(node.size());
    node.values().forEach(value -> list.add(of(value)));
    return list;
  }
}
