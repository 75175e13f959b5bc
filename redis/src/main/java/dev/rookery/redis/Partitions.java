package dev.rookery.redis;

import dev.rookery.BusConfig;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.spi.Environment;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import redis.clients.jedis.Protocol.Command;

/** The partitions of a bus: who appends to them, and what others did to them. */
final class Partitions implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Partitions.class.getName());

  private final Redis redis;
  private final BusConfig config;
  private final Environment environment;
  private final Supplier<ServerSettings> settings;
  private final BiConsumer<Partition, Position> appended;
  private final Map<Partition, Appender> appenders = new ConcurrentHashMap<>();
  private final Map<Partition, Long> lost = new ConcurrentHashMap<>();
  private final Map<Partition, Position> wentBack = new ConcurrentHashMap<>();

  Partitions(
      Redis redis,
      BusConfig config,
      Environment environment,
      Supplier<ServerSettings> settings,
      BiConsumer<Partition, Position> appended) {
    this.redis = redis;
    this.config = config;
    this.environment = environment;
    this.settings = settings;
    this.appended = appended;
  }

  /** Those of the configuration. */
  List<Partition> known() {
    return config.partitions();
  }

  Appender appender(Partition partition) {
    return appenders.computeIfAbsent(
        partition,
        p -> new Appender(redis, p, config, environment, settings, end -> appended.accept(p, end)));
  }

  /** What stands there now. Notices what others removed. */
  Tail look(Partition partition) {
    Keys keys = Keys.of(partition);
    Tail tail = Tail.of(redis.run(Call.of(Scripts.Name.LOOK, keys.stream(), keys.meta())));
    if (tail.lost() > 0) {
      long before = lost.getOrDefault(partition, 0L);
      if (before < tail.lost()) {
        lost.put(partition, tail.lost());
        LOG.log(Level.ERROR, "TrimmedByOthers: " + weakness(partition, tail.lost()));
      }
    }
    return tail;
  }

  /**
   * Looks for an entry that is known to have stood there. Where it neither does nor was removed,
   * this is an older history, and what came with that entry may be gone too, read or not.
   */
  void lookFor(Partition partition, Position known) {
    String id = Ids.of(known);
    if (known.equals(Position.ZERO)
        || !redis
            .call(Command.XRANGE, Keys.of(partition).stream(), id, id, "COUNT", 1)
            .list()
            .isEmpty()) {
      return;
    }
    Tail tail = look(partition);
    boolean removed =
        !known.isAfter(tail.trimmed()) || known.equals(tail.last()) || tail.lost() > 0;
    if (!removed && !known.equals(wentBack.put(partition, known))) {
      LOG.log(Level.ERROR, "EpochChanged: " + wentBack(partition, known));
    }
  }

  private static String wentBack(Partition partition, Position known) {
    return partition
        + " had an event "
        + known
        + " and has it no longer: it went back to older data, such as those of a replica that was"
        + " behind, and acknowledged events before it may be lost; durability=replicated lets"
        + " receipts wait for a replica";
  }

  private static String weakness(Partition partition, long count) {
    return "others removed "
        + count
        + " events of "
        + partition
        + " ("
        + Keys.of(partition).stream()
        + "), whether read or not; publishers must not use MAXLEN";
  }

  /** One line for each partition from which others removed events, or which went back. */
  List<String> weaknesses() {
    List<String> lines = new ArrayList<>();
    lost.forEach((partition, count) -> lines.add(weakness(partition, count)));
    wentBack.forEach((partition, known) -> lines.add(wentBack(partition, known)));
    return lines;
  }

  @Override
  public void close() {
    appenders.values().forEach(Appender::close);
  }
}
