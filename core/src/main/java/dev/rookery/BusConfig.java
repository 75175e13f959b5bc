package dev.rookery;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.CRC32C;

/**
 * Streams, routing, the catalogue and limits of a bus.
 *
 * @param source of events whose drafts name none
 * @param routes from type to stream; the first that matches wins
 * @param claimTtl how long an owner of a partition may be silent before another may take over
 * @param idWindow how long publishing the same id again is noticed, at least
 * @param audit what is recorded of acts and deliveries, and how it is sealed
 */
public record BusConfig(
    String source,
    List<StreamConfig> streams,
    List<Route> routes,
    Catalogue catalogue,
    Limits limits,
    Duration claimTtl,
    Duration idWindow,
    AuditConfig audit) {

  public static final List<Route> STANDARD_ROUTES =
      List.of(
          Route.of("error.**", "error"),
          Route.of("error", "error"),
          Route.of("alert.**", "error"),
          Route.of("user.**", "user"),
          Route.of("system.**", "system"),
          Route.of("**", "bot"));

  public BusConfig {
    streams = List.copyOf(streams);
    routes = List.copyOf(routes);
    Set<String> names = new TreeSet<>();
    for (StreamConfig stream : streams) {
      if (!names.add(stream.name())) {
        throw new InvalidInput("stream " + stream.name() + " is configured twice");
      }
    }
    for (Route route : routes) {
      known(names, route.stream(), "the route " + route.pattern());
    }
    for (EventTypeInfo info : catalogue.types()) {
      info.stream()
          .ifPresent(stream -> known(names, stream, "the type " + InvalidInput.shown(info.type())));
    }
    if (!claimTtl.isPositive() || claimTtl.compareTo(Duration.ofDays(10_000)) > 0) {
      throw new InvalidInput(
          "claimTtl is " + claimTtl + "; it is positive and at most 10,000 days");
    }
    if (idWindow.isNegative() || idWindow.compareTo(Duration.ofDays(365)) > 0) {
      throw new InvalidInput("idWindow is " + idWindow + "; it lies between 0 and 365 days");
    }
    if (routes.isEmpty() || !routes.getLast().pattern().text().equals("**")) {
      throw new InvalidInput("the last route must be ** so that every type has a stream");
    }
  }

  private static void known(Set<String> names, String stream, String who) {
    if (!names.contains(stream)) {
      throw new InvalidInput(
          who
              + " leads to the stream "
              + InvalidInput.shown(stream)
              + ", which is not configured; known are "
              + names);
    }
  }

  /** The requirement's four streams of one partition each, its routing, its vocabulary. */
  public static BusConfig standard() {
    List<StreamConfig> streams =
        List.of("bot", "user", "system", "error").stream()
            .map(name -> StreamConfig.of(name, 1))
            .toList();
    return new BusConfig(
        "anonymous",
        streams,
        STANDARD_ROUTES,
        Catalogue.standard(),
        Limits.STANDARD,
        Duration.ofSeconds(10),
        Duration.ofMinutes(10),
        AuditConfig.STANDARD);
  }

  /**
   * Reads a configuration file, {@code rookery.json}; what it leaves out is as in the standard.
   *
   * @throws InvalidInput when the file cannot be read, or says what is not known or not possible
   */
  public static BusConfig load(Path file) {
    return ConfigFile.load(file);
  }

  public BusConfig source(String name) {
    return new BusConfig(name, streams, routes, catalogue, limits, claimTtl, idWindow, audit);
  }

  public BusConfig catalogue(Catalogue types) {
    return new BusConfig(source, streams, routes, types, limits, claimTtl, idWindow, audit);
  }

  public BusConfig limits(Limits bounds) {
    return new BusConfig(source, streams, routes, catalogue, bounds, claimTtl, idWindow, audit);
  }

  public BusConfig claimTtl(Duration ttl) {
    return new BusConfig(source, streams, routes, catalogue, limits, ttl, idWindow, audit);
  }

  public BusConfig idWindow(Duration window) {
    return new BusConfig(source, streams, routes, catalogue, limits, claimTtl, window, audit);
  }

  public BusConfig audit(AuditConfig kept) {
    return new BusConfig(source, streams, routes, catalogue, limits, claimTtl, idWindow, kept);
  }

  /** The configuration with a stream in place of the one of the same name, or beside the others. */
  public BusConfig with(StreamConfig stream) {
    List<StreamConfig> more = new ArrayList<>(streams);
    more.removeIf(known -> known.name().equals(stream.name()));
    more.add(stream);
    return new BusConfig(source, more, routes, catalogue, limits, claimTtl, idWindow, audit);
  }

  /** The configuration with a route before the others. */
  public BusConfig with(Route route) {
    List<Route> more = new ArrayList<>(routes);
    more.addFirst(route);
    return new BusConfig(source, streams, more, catalogue, limits, claimTtl, idWindow, audit);
  }

  public Optional<StreamConfig> stream(String name) {
    return streams.stream().filter(stream -> stream.name().equals(name)).findFirst();
  }

  /** Every partition of every stream, in order. */
  public List<Partition> partitions() {
    return streams.stream().flatMap(stream -> partitions(stream).stream()).toList();
  }

  private static List<Partition> partitions(StreamConfig stream) {
    return java.util.stream.IntStream.range(0, stream.partitions())
        .mapToObj(number -> new Partition(stream.name(), number))
        .toList();
  }

  /** The stream that events of a type go to. */
  public String streamOf(String type) {
    Optional<EventTypeInfo> info = catalogue.find(type);
    if (info.isPresent() && info.get().stream().isPresent()) {
      return info.get().stream().get();
    }
    String canonical = info.map(EventTypeInfo::type).orElse(type);
    for (Route route : routes) {
      if (route.pattern().matches(canonical)) {
        return route.stream();
      }
    }
    throw new IllegalStateException("the last route matches every type");
  }

  /** The partition that an event goes to. */
  public Partition partitionOf(String type, String key) {
    StreamConfig stream = stream(streamOf(type)).orElseThrow();
    return new Partition(stream.name(), numberOf(key, stream.partitions()));
  }

  /** The number of a key's partition: CRC-32C of its UTF-8 modulo the number of partitions. */
  public static int numberOf(String key, int partitions) {
    CRC32C crc = new CRC32C();
    crc.update(key.getBytes(StandardCharsets.UTF_8));
    return (int) (crc.getValue() % partitions);
  }

  /** Every partition to which a type can be routed that one of the patterns matches. */
  public List<Partition> partitionsOf(List<TypePattern> patterns) {
    Set<String> names = new TreeSet<>();
    for (TypePattern pattern : patterns) {
      for (EventTypeInfo info : catalogue.matched(pattern)) {
        names.add(streamOf(info.type()));
      }
      for (Route route : routes) {
        if (route.pattern().overlaps(pattern)) {
          names.add(route.stream());
        }
        if (route.pattern().covers(pattern)) {
          break;
        }
      }
    }
    return streams.stream()
        .filter(stream -> names.contains(stream.name()))
        .flatMap(stream -> partitions(stream).stream())
        .toList();
  }
}
