package dev.rookery;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/**
 * What the catalogue knows of one type.
 *
 * @param aliases other names of the same type; they act in matching and routing, the stored type
 *     stays as sent
 * @param stream where its events go; empty: as the routes say
 * @param keyPointer a JSON pointer into the data, such as {@code /channel_id}, whose value is the
 *     key
 * @param version the present version of its data
 * @param schema a JSON Schema of the present version
 * @param validation what happens to data that does not fit the schema
 * @param sensitive JSON pointers of fields that are masked where people look
 * @param effect what handling it does to the world, whoever does it
 * @param upcasters by the version that they start from
 */
public record EventTypeInfo(
    String type,
    List<String> aliases,
    Optional<String> stream,
    Optional<String> keyPointer,
    int version,
    Optional<JsonNode> schema,
    Validation validation,
    Optional<String> owner,
    List<String> sensitive,
    SideEffect effect,
    Map<Integer, Upcaster> upcasters) {

  /** What happens to data that does not fit the schema. */
  public enum Validation {
    @JsonProperty("off")
    OFF,
    @JsonProperty("warn")
    WARN,
    @JsonProperty("enforce")
    ENFORCE
  }

  public EventTypeInfo {
    aliases = List.copyOf(aliases);
    sensitive = List.copyOf(sensitive);
    upcasters = Map.copyOf(upcasters);
    if (version < 1) {
      throw new InvalidInput(
          "version " + version + " of type " + InvalidInput.shown(type) + " is not positive");
    }
  }

  public static EventTypeInfo of(String type) {
    return new EventTypeInfo(
        type,
        List.of(),
        Optional.empty(),
        Optional.empty(),
        1,
        Optional.empty(),
        Validation.OFF,
        Optional.empty(),
        List.of(),
        SideEffect.IDEMPOTENT,
        Map.of());
  }

  public EventTypeInfo aliases(String... names) {
    return new EventTypeInfo(
        type,
        List.of(names),
        stream,
        keyPointer,
        version,
        schema,
        validation,
        owner,
        sensitive,
        effect,
        upcasters);
  }

  public EventTypeInfo keyedBy(String pointer) {
    return new EventTypeInfo(
        type,
        aliases,
        stream,
        Optional.of(pointer),
        version,
        schema,
        validation,
        owner,
        sensitive,
        effect,
        upcasters);
  }

  public EventTypeInfo schema(Validation choice, JsonNode jsonSchema) {
    return new EventTypeInfo(
        type,
        aliases,
        stream,
        keyPointer,
        version,
        Optional.of(jsonSchema),
        choice,
        owner,
        sensitive,
        effect,
        upcasters);
  }

  /** The type with what handling it does to the world. */
  public EventTypeInfo effect(SideEffect onTheWorld) {
    return new EventTypeInfo(
        type,
        aliases,
        stream,
        keyPointer,
        version,
        schema,
        validation,
        owner,
        sensitive,
        onTheWorld,
        upcasters);
  }

  /** The type with one more upcaster; its present version becomes at least the one that follows. */
  public EventTypeInfo upcast(int fromVersion, Upcaster upcaster) {
    Map<Integer, Upcaster> more = new TreeMap<>(upcasters);
    more.put(fromVersion, upcaster);
    return new EventTypeInfo(
        type,
        aliases,
        stream,
        keyPointer,
        Math.max(version, fromVersion + 1),
        schema,
        validation,
        owner,
        sensitive,
        effect,
        more);
  }
}
