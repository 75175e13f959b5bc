package dev.rookery;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;

/** A value of the configuration and where it stands, so that what is wrong can be named. */
record ConfigNode(String place, JsonNode value) {
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,12})\\s*(ms|s|m|h|d)");
  private static final Pattern SIZE =
      Pattern.compile("([0-9]{1,15})\\s*(B|kB|KB|KiB|MB|MiB|GB|GiB|TB|TiB)?");

  static ConfigNode root(String file, JsonNode value) {
    return new ConfigNode(file + ":", value).object();
  }

  /** Refuses fields of other names. */
  void only(String... names) {
    Set<String> known = Set.of(names);
    for (String name : value.propertyNames()) {
      if (!known.contains(name)) {
        throw new InvalidInput(
            at(name).place + " is not known; known here are " + String.join(", ", names));
      }
    }
  }

  InvalidInput wrong(String wanted) {
    return new InvalidInput(
        place + " is " + InvalidInput.shown(value.toString()) + "; it takes " + wanted);
  }

  Optional<ConfigNode> any(String name) {
    return Optional.ofNullable(value.get(name)).map(found -> new ConfigNode(place(name), found));
  }

  boolean isNull(String name) {
    return any(name).filter(found -> found.value.isNull()).isPresent();
  }

  Optional<ConfigNode> child(String name) {
    return any(name).map(ConfigNode::object);
  }

  /** The fields of this object, each an object. */
  Map<String, ConfigNode> children() {
    Map<String, ConfigNode> children = new LinkedHashMap<>();
    value.propertyNames().forEach(name -> children.put(name, at(name).object()));
    return children;
  }

  List<ConfigNode> list(String name) {
    return any(name).map(ConfigNode::items).orElse(List.of()).stream()
        .map(ConfigNode::object)
        .toList();
  }

  Optional<String> text(String name) {
    return any(name).map(ConfigNode::asText);
  }

  String required(String name) {
    return text(name).orElseThrow(() -> new InvalidInput(place + " has no " + name));
  }

  List<String> texts(String name) {
    return any(name).map(ConfigNode::items).orElse(List.of()).stream()
        .map(ConfigNode::asText)
        .toList();
  }

  Optional<String> pointer(String name) {
    return any(name).map(ConfigNode::asPointer);
  }

  List<String> pointers(String name) {
    return any(name).map(ConfigNode::items).orElse(List.of()).stream()
        .map(ConfigNode::asPointer)
        .toList();
  }

  Optional<Integer> number(String name) {
    return any(name)
        .map(node -> {
          if (!node.value.isIntegralNumber() || !node.value.canConvertToInt()) {
            throw node.wrong("a whole number");
          }
          return node.value.intValue();
        });
  }

  Optional<Duration> duration(String name) {
    return any(name).map(ConfigNode::asDuration);
  }

  Optional<Long> size(String name) {
    return any(name).filter(node -> !node.value.isNull()).map(ConfigNode::asSize);
  }

  Optional<Integer> smallSize(String name) {
    return any(name)
        .map(node -> {
          long size = node.asSize();
          if (size > Integer.MAX_VALUE) {
            throw node.wrong("less than 2 GiB");
          }
          return (int) size;
        });
  }

  <E extends Enum<E>> Optional<E> choice(String name, Class<E> type) {
    return any(name)
        .map(node -> {
          String text = node.asText();
          for (E choice : type.getEnumConstants()) {
            if (choice.name().toLowerCase(Locale.ROOT).equals(text)) {
              return choice;
            }
          }
          throw node.wrong(
              Stream.of(type.getEnumConstants())
                  .map(choice -> choice.name().toLowerCase(Locale.ROOT))
                  .collect(Collectors.joining(" or ")));
        });
  }

  private ConfigNode object() {
    if (!value.isObject()) {
      throw wrong("an object {...}");
    }
    return this;
  }

  private List<ConfigNode> items() {
    if (!value.isArray()) {
      throw wrong("a list [...]");
    }
    List<ConfigNode> items = new ArrayList<>();
    for (JsonNode item : value) {
      items.add(new ConfigNode(place + "[" + items.size() + "]", item));
    }
    return items;
  }

  private String asText() {
    if (!value.isString()) {
      throw wrong("text");
    }
    return value.stringValue();
  }

  private String asPointer() {
    String text = asText();
    try {
      JsonPointer.compile(text);
      return text;
    } catch (IllegalArgumentException e) {
      throw wrong("a JSON pointer into the data, such as \"/channel\"");
    }
  }

  private Duration asDuration() {
    String wanted = "a duration such as \"7d\", \"30s\", \"250ms\" or \"PT1H30M\"";
    if (!value.isString()) {
      throw wrong(wanted);
    }
    String text = value.stringValue();
    Matcher simple = DURATION.matcher(text);
    if (simple.matches()) {
      long number = Long.parseLong(simple.group(1));
      return switch (simple.group(2)) {
        case "ms" -> Duration.ofMillis(number);
        case "s" -> Duration.ofSeconds(number);
        case "m" -> Duration.ofMinutes(number);
        case "h" -> Duration.ofHours(number);
        default -> Duration.ofDays(number);
      };
    }
    try {
      return Duration.parse(text);
    } catch (DateTimeParseException e) {
      throw wrong(wanted);
    }
  }

  private long asSize() {
    String wanted = "a number of bytes, or a size such as \"4GB\" or \"256KiB\"";
    if (value.isIntegralNumber() && value.canConvertToLong() && value.longValue() > 0) {
      return value.longValue();
    }
    Matcher matcher = SIZE.matcher(value.isString() ? value.stringValue() : "");
    if (!matcher.matches()) {
      throw wrong(wanted);
    }
    try {
      return Math.multiplyExact(Long.parseLong(matcher.group(1)), unit(matcher.group(2)));
    } catch (ArithmeticException e) {
      throw wrong(wanted);
    }
  }

  private static long unit(@Nullable String unit) {
    if (unit == null || unit.equals("B")) {
      return 1;
    }
    int base = unit.length() == 3 ? 1024 : 1000;
    int power = "KMGT".indexOf(Character.toUpperCase(unit.charAt(0))) + 1;
    return Math.powExact((long) base, power);
  }

  private ConfigNode at(String name) {
    return new ConfigNode(place(name), value.get(name));
  }

  private String place(String name) {
    String shown = InvalidInput.shown(name);
    return place.endsWith(":") ? place + " " + shown : place + "." + shown;
  }
}
