package dev.rookery.testkit;

import dev.rookery.InvalidInput;
import dev.rookery.Payload;
import dev.rookery.Undecodable;
import java.util.Arrays;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A JSON pointer in which {@code *} stands for every member or element. */
record MemberPath(List<String> names) {
  /** Keeps numbers as they stand in the text. */
  private static final JsonMapper EXACT =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  static MemberPath parse(String pointer) {
    if (!pointer.isEmpty() && pointer.charAt(0) != '/') {
      throw new InvalidInput(
          "'"
              + InvalidInput.shown(pointer)
              + "' is no JSON pointer; one looks like /author/name, and the empty one is the whole");
    }
    List<String> names =
        pointer.isEmpty()
            ? List.of()
            : Arrays.stream(pointer.substring(1).split("/", -1))
                .map(name -> name.replace("~1", "/").replace("~0", "~"))
                .toList();
    return new MemberPath(names);
  }

  /**
   * The JSON with the values at the paths disguised; byte by byte as it was where none is there.
   */
  static Payload replace(Payload json, List<MemberPath> paths, Disguise disguise) {
    try {
      JsonNode before = EXACT.readTree(json.toArray());
      JsonNode after = before;
      for (MemberPath path : paths) {
        after = path.replace(after, 0, disguise);
      }
      return after.equals(before)
          ? json
          : Payload.wrap(json.contentType(), EXACT.writeValueAsBytes(after));
    } catch (JacksonException e) {
      throw new Undecodable("the data is not JSON: " + e.getOriginalMessage(), e);
    }
  }

  private JsonNode replace(JsonNode node, int depth, Disguise disguise) {
    if (depth == names.size()) {
      return disguise.value(node);
    }
    String name = names.get(depth);
    return switch (node) {
      case ObjectNode object -> {
        ObjectNode copy = object.objectNode();
        object.forEachEntry((member, value) ->
            copy.set(
                member,
                name.equals("*") || name.equals(member)
                    ? replace(value, depth + 1, disguise)
                    : value));
        yield copy;
      }
      case ArrayNode array -> {
        ArrayNode copy = array.arrayNode();
        for (int i = 0; i < array.size(); i++) {
          boolean meant = name.equals("*") || name.equals(Integer.toString(i));
          copy.add(meant ? replace(array.get(i), depth + 1, disguise) : array.get(i));
        }
        yield copy;
      }
      default -> node;
    };
  }
}
