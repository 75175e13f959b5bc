package dev.rookery.engine;

import dev.rookery.BusConfig;
import dev.rookery.Durability;
import dev.rookery.EpochChanged;
import dev.rookery.InvalidInput;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.Start;
import dev.rookery.StreamConfig;
import dev.rookery.Subscription;
import dev.rookery.Token;
import dev.rookery.spi.Alarms;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Environment;
import dev.rookery.spi.EventLog;
import dev.rookery.spi.Place;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** What the parts of one bus share. */
final class EngineParts {
  private static final long WINDOW_BYTES = 4L << 20;

  private final Backend backend;
  private final BusConfig config;
  private final Environment environment;
  private final Counters counters = new Counters();
  private final Signal appends = new Signal(change -> {});
  private final Signal controls;
  private final AtomicInteger workers = new AtomicInteger();
  private final Map<Partition, PartitionReader> readers = new ConcurrentHashMap<>();
  private final Map<String, List<Partition>> partitions = new HashMap<>();
  private final Map<Partition, Long> limits = new HashMap<>();
  private final Runnable stopListening;
  private final BlockingCalls calls;
  private final Alarms alarms;
  private final Optional<String> epoch;

  EngineParts(Backend backend, BusConfig config, Environment environment) {
    this.backend = backend;
    this.config = config;
    this.environment = environment;
    this.calls = new BlockingCalls(backend.capabilities().pinsThreads());
    this.controls = new Signal(environment::working);
    this.alarms = environment.alarms();
    this.epoch = backend.setting(Backend.EPOCH);
    Optional<Long> memory = memoryLimit(backend, config);
    for (StreamConfig stream : config.streams()) {
      List<Partition> its =
          IntStream.range(0, stream.partitions())
              .mapToObj(number -> new Partition(stream.name(), number))
              .toList();
      partitions.put(stream.name(), its);
      stream
          .retainBytes()
          .or(() -> memory)
          .ifPresent(bytes -> its.forEach(p -> limits.put(p, bytes / its.size())));
    }
    this.stopListening = backend.log().listen(this::appended);
  }

  /** A log in memory has a limit even where none is configured: a quarter of the heap for all. */
  private static Optional<Long> memoryLimit(Backend backend, BusConfig config) {
    return backend.capabilities().durability() == Durability.MEMORY
        ? Optional.of(Runtime.getRuntime().maxMemory() / 4 / config.streams().size())
        : Optional.empty();
  }

  /** What a partition may take, in bytes. */
  Optional<Long> limitBytes(Partition partition) {
    return Optional.ofNullable(limits.get(partition));
  }

  /** The partition of a stream that a key belongs to. */
  Partition partition(String stream, String key) {
    List<Partition> its = Objects.requireNonNull(partitions.get(stream));
    return its.size() == 1 ? its.getFirst() : its.get(BusConfig.numberOf(key, its.size()));
  }

  private void appended(Partition partition) {
    PartitionReader reader = readers.get(partition);
    if (reader != null) {
      reader.hint();
    }
    appends.raise();
  }

  Backend backend() {
    return backend;
  }

  EventLog log() {
    return backend.log();
  }

  BusConfig config() {
    return config;
  }

  Environment environment() {
    return environment;
  }

  Counters counters() {
    return counters;
  }

  /** Raised after every append that is noticed; those who wait for it come from outside. */
  Signal appends() {
    return appends;
  }

  /** Raised when a subscription was changed or a claim given back. */
  Signal controls() {
    return controls;
  }

  AtomicInteger workers() {
    return workers;
  }

  PartitionReader reader(Partition partition) {
    return readers.computeIfAbsent(
        partition,
        p ->
            new PartitionReader(
                p, backend.log(), config, backend.capabilities(), counters, environment));
  }

  /** Has the log read again, since others changed what stands there. */
  void forgetWhatWasRead() {
    readers.values().forEach(PartitionReader::forget);
  }

  /** What one window may hold: 4 MiB, all windows together a quarter of the heap. */
  long windowBytes() {
    long share = Runtime.getRuntime().maxMemory() / 4 / Math.max(1, workers.get());
    return Math.max(64 << 10, Math.min(WINDOW_BYTES, share));
  }

  /** Wakes who waits for a time. */
  Alarms alarms() {
    return alarms;
  }

  /** Calls the store from any thread, without holding a virtual thread's carrier. */
  <T> T call(Supplier<T> supplier) {
    return calls.call(supplier);
  }

  /** The places at which a subscription begins. */
  Map<Partition, Place> starts(Subscription subscription) {
    Map<Partition, Place> starts = new HashMap<>();
    List<Partition> partitions = config.partitionsOf(subscription.patterns());
    if (!(subscription.from() instanceof Start.Group)) {
      partitions.forEach(each -> starts.put(each, place(each, subscription.from())));
      return starts;
    }
    for (Partition each : partitions) {
      log().group(subscription.name(), each).ifPresent(place -> starts.put(each, place));
    }
    if (starts.isEmpty()) {
      throw new InvalidInput(
          "the store has no consumer group for "
              + subscription.name()
              + " whose place it could take; begin at latest or earliest");
    }
    partitions.forEach(each -> starts.computeIfAbsent(each, log()::latest));
    return starts;
  }

  /** The place in a partition that a start means. */
  Place place(Partition partition, Start start) {
    return switch (start) {
      case Start.Latest latest -> log().latest(partition);
      case Start.Earliest earliest -> log().earliest(partition);
      case Start.Group group -> throw new InvalidInput("only a new subscription begins at 'group'");
      case Start.At at -> log().at(partition, at.time());
      case Start.AfterPosition after -> log().after(partition, after.position());
      case Start.After after -> after(partition, after.token());
    };
  }

  private Place after(Partition partition, Token token) {
    if (!token.epoch().equals(epoch)) {
      throw wentBack("it was restored from a backup since the token was made");
    }
    Position position = token.positions().get(partition);
    if (position == null) {
      return log().earliest(partition);
    }
    if (position.isAfter(log().latest(partition).position())) {
      throw wentBack("the token says " + position + " of " + partition + ", which it has not");
    }
    return log().after(partition, position);
  }

  private static EpochChanged wentBack(String how) {
    return new EpochChanged(
        "the log's history went back: "
            + how
            + "; positions known from before may stand for other events now: begin at earliest,"
            + " latest or a time, and make good what was read after the backup");
  }

  /** A token of places in this log. */
  Token token(Map<Partition, Position> places) {
    return new Token(places, epoch);
  }

  /** The history that positions belong to. */
  Optional<String> epoch() {
    return epoch;
  }

  void close() {
    stopListening.run();
    readers.values().forEach(PartitionReader::close);
    calls.close();
    alarms.close();
  }
}
