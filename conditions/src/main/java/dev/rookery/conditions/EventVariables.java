package dev.rookery.conditions;

import dev.cel.common.types.CelType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.runtime.CelVariableResolver;
import dev.rookery.Event;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a condition sees of an event. The data is decoded when the condition comes to it. */
final class EventVariables implements CelVariableResolver {
  static final Map<String, CelType> TYPES = types();

  private final Event event;
  private @Nullable Object data;

  EventVariables(Event event) {
    this.event = event;
  }

  private static Map<String, CelType> types() {
    Map<String, CelType> types = new LinkedHashMap<>();
    for (String text : new String[] {"id", "type", "source", "key", "correlation", "causation"}) {
      types.put(text, SimpleType.STRING);
    }
    types.put("time", SimpleType.TIMESTAMP);
    types.put("version", SimpleType.INT);
    types.put("data", SimpleType.DYN);
    types.put("attributes", MapType.create(SimpleType.STRING, SimpleType.STRING));
    return types;
  }

  @Override
  public Optional<Object> find(String name) {
    return switch (name) {
      case "id" -> Optional.of(event.id());
      case "type" -> Optional.of(event.type());
      case "source" -> Optional.of(event.source());
      case "key" -> Optional.of(event.key());
      case "correlation" -> Optional.of(event.correlation());
      case "causation" -> Optional.of(event.causation().orElse(""));
      case "time" -> Optional.of(event.time());
      case "version" -> Optional.of((long) event.version());
      case "data" -> Optional.of(data());
      case "attributes" -> Optional.of(event.attributes());
      default -> Optional.empty();
    };
  }

  private Object data() {
    if (data == null) {
      data = JsonValues.of(event.data().tree());
    }
    return data;
  }
}
