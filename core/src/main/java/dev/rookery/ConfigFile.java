package dev.rookery;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads {@code rookery.json}. What the file leaves out is as {@link BusConfig#standard()} has it:
 * its streams and types stand beside the standard ones or in place of those of the same name, its
 * routes stand before them.
 */
final class ConfigFile {
  private static final JsonMapper STRICT =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private final Path file;

  private ConfigFile(Path file) {
    this.file = file;
  }

  static BusConfig load(Path file) {
    ConfigFile reader = new ConfigFile(file);
    try {
      return reader.config(ConfigNode.root(file.getFileName().toString(), parse(file)));
    } catch (InvalidInput e) {
      String name = file.getFileName().toString();
      String message = String.valueOf(e.getMessage());
      throw message.startsWith(name) ? e : new InvalidInput(name + ": " + message, e);
    }
  }

  private static JsonNode parse(Path file) {
    try {
      return STRICT.readTree(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new InvalidInput(
          InvalidInput.printable(
              "the configuration " + file + " cannot be read: " + e.getMessage()),
          e);
    } catch (JacksonException e) {
      String place =
          e.getLocation() == null
              ? ""
              : ", line "
                  + e.getLocation().getLineNr()
                  + " column "
                  + e.getLocation().getColumnNr();
      throw new InvalidInput("not JSON" + place + ": " + InvalidInput.shown(e), e);
    }
  }

  private BusConfig config(ConfigNode root) {
    root.only(
        "source", "streams", "routes", "catalogue", "limits", "claimTtl", "idWindow", "audit");
    BusConfig standard = BusConfig.standard();
    return new BusConfig(
        root.text("source").orElse(standard.source()),
        streams(root, standard.streams()),
        routes(root, standard.routes()),
        new Catalogue(types(root, standard.catalogue().types())),
        root.child("limits").map(ConfigFile::limits).orElse(standard.limits()),
        root.duration("claimTtl").orElse(standard.claimTtl()),
        root.duration("idWindow").orElse(standard.idWindow()),
        root.child("audit").map(this::audit).orElse(standard.audit()));
  }

  private AuditConfig audit(ConfigNode node) {
    node.only("keyFile", "deliveries", "checkpoint", "checkpointEvery");
    return new AuditConfig(
        node.any("keyFile").map(this::beside).map(AuditKey::load).orElse(List.of()),
        node.texts("deliveries"),
        node.any("checkpoint").map(this::beside),
        node.duration("checkpointEvery").orElse(AuditConfig.STANDARD.checkpointEvery()));
  }

  private static List<StreamConfig> streams(ConfigNode root, List<StreamConfig> standard) {
    Map<String, StreamConfig> streams = new LinkedHashMap<>();
    standard.forEach(stream -> streams.put(stream.name(), stream));
    root.child("streams")
        .ifPresent(named ->
            named.children().forEach((name, node) -> streams.put(name, stream(name, node))));
    return List.copyOf(streams.values());
  }

  private static StreamConfig stream(String name, ConfigNode node) {
    node.only(
        "partitions",
        "retainAge",
        "retainBytes",
        "waitForRoom",
        "giveUpAfter",
        "archiveAge",
        "archiveBytes");
    Optional<Duration> age =
        node.isNull("retainAge")
            ? Optional.empty()
            : node.duration("retainAge").or(() -> Optional.of(StreamConfig.SEVEN_DAYS));
    return new StreamConfig(
        name,
        node.number("partitions").orElse(1),
        age,
        node.size("retainBytes"),
        node.duration("waitForRoom").orElse(Duration.ZERO),
        node.duration("giveUpAfter"),
        node.duration("archiveAge"),
        node.size("archiveBytes"));
  }

  private static List<Route> routes(ConfigNode root, List<Route> standard) {
    List<Route> routes = new ArrayList<>();
    for (ConfigNode node : root.list("routes")) {
      node.only("pattern", "stream");
      routes.add(Route.of(node.required("pattern"), node.required("stream")));
    }
    routes.addAll(standard);
    return routes;
  }

  /** A standard type whose name or alias the file uses gives way to the file's. */
  private List<EventTypeInfo> types(ConfigNode root, List<EventTypeInfo> standard) {
    List<EventTypeInfo> types = new ArrayList<>();
    root.child("catalogue")
        .ifPresent(named -> named.children().forEach((name, node) -> types.add(type(name, node))));
    Set<String> taken = new HashSet<>();
    for (EventTypeInfo type : types) {
      taken.add(type.type());
      taken.addAll(type.aliases());
    }
    for (EventTypeInfo type : standard) {
      if (!taken.contains(type.type()) && type.aliases().stream().noneMatch(taken::contains)) {
        types.add(type);
      }
    }
    return types;
  }

  private EventTypeInfo type(String name, ConfigNode node) {
    node.only(
        "aliases",
        "stream",
        "key",
        "version",
        "schema",
        "validation",
        "owner",
        "sensitive",
        "effect");
    Optional<JsonNode> schema = node.any("schema").map(this::schema);
    EventTypeInfo.Validation unsaid =
        schema.isPresent() ? EventTypeInfo.Validation.ENFORCE : EventTypeInfo.Validation.OFF;
    return new EventTypeInfo(
        name,
        node.texts("aliases"),
        node.text("stream"),
        node.pointer("key"),
        node.number("version").orElse(1),
        schema,
        node.choice("validation", EventTypeInfo.Validation.class).orElse(unsaid),
        node.text("owner"),
        node.pointers("sensitive"),
        node.choice("effect", SideEffect.class).orElse(SideEffect.IDEMPOTENT),
        Map.of());
  }

  /** A schema stands in the file, or in one that is named relative to it. */
  private JsonNode schema(ConfigNode node) {
    if (node.value().isObject() || node.value().isBoolean()) {
      return node.value();
    }
    if (!node.value().isString()) {
      throw node.wrong("a JSON Schema or the name of a file with one");
    }
    Path other = beside(node);
    try {
      return parse(other);
    } catch (InvalidInput e) {
      throw new InvalidInput(
          node.place() + " names " + InvalidInput.shown(other.toString()) + ": " + e.getMessage(),
          e);
    }
  }

  private Path beside(ConfigNode node) {
    if (!node.value().isString()) {
      throw node.wrong("the name of a file");
    }
    try {
      return file.toAbsolutePath().resolveSibling(node.value().stringValue());
    } catch (InvalidPathException e) {
      throw node.wrong("the name of a file");
    }
  }

  private static Limits limits(ConfigNode node) {
    node.only(
        "eventBytes",
        "batchEvents",
        "bodyBytes",
        "typeBytes",
        "keyBytes",
        "idBytes",
        "depth",
        "hops");
    Limits standard = Limits.STANDARD;
    return new Limits(
        node.smallSize("eventBytes").orElse(standard.eventBytes()),
        node.number("batchEvents").orElse(standard.batchEvents()),
        node.smallSize("bodyBytes").orElse(standard.bodyBytes()),
        node.smallSize("typeBytes").orElse(standard.typeBytes()),
        node.smallSize("keyBytes").orElse(standard.keyBytes()),
        node.smallSize("idBytes").orElse(standard.idBytes()),
        node.number("depth").orElse(standard.depth()),
        node.number("hops").orElse(standard.hops()));
  }
}
