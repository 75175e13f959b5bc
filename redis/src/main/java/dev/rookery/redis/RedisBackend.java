package dev.rookery.redis;

import dev.rookery.BusConfig;
import dev.rookery.Unsupported;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Capabilities;
import dev.rookery.spi.Check;
import dev.rookery.spi.DeadLetterStore;
import dev.rookery.spi.Environment;
import dev.rookery.spi.EventLog;
import dev.rookery.spi.Listeners;
import dev.rookery.spi.Snapshot;
import dev.rookery.spi.SubscriptionStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import redis.clients.jedis.Protocol.Command;

/** One open of a log in Redis. */
final class RedisBackend implements Backend {
  private static final Duration POLL = Duration.ofSeconds(1);

  private final Redis redis;
  private final LiveSettings settings;
  private final Partitions partitions;
  private final Wakeups wakeups;
  private final RedisLog log;
  private final RedisSubscriptions subscriptions;
  private final RedisDeadLetters deadLetters;
  private final AtomicBoolean closed = new AtomicBoolean();

  private RedisBackend(
      Redis redis, LiveSettings settings, BusConfig config, Environment environment) {
    this.redis = redis;
    this.settings = settings;
    Listeners listeners = new Listeners();
    partitions = new Partitions(redis, config, environment, settings::now, listeners::tell);
    wakeups = new Wakeups(redis, partitions, settings, listeners, environment);
    log = new RedisLog(redis, config, partitions, settings, wakeups, environment);
    subscriptions = new RedisSubscriptions(redis, new NativeGroups(redis, log));
    deadLetters = new RedisDeadLetters(redis, partitions);
  }

  /** Connects, and looks what the server's settings are worth. */
  static RedisBackend open(
      RedisAddress address, BusConfig config, Environment environment, Scripts scripts) {
    Redis redis = Dial.PATIENT.connect(address, scripts);
    try {
      return new RedisBackend(redis, new LiveSettings(redis), config, environment);
    } catch (RuntimeException e) {
      redis.close();
      throw e;
    }
  }

  @Override
  public Capabilities capabilities() {
    List<String> weaknesses = new ArrayList<>(settings.now().weaknesses());
    weaknesses.addAll(partitions.weaknesses());
    return new Capabilities(settings.now().durability(), true, false, true, POLL, weaknesses);
  }

  @Override
  public EventLog log() {
    return log;
  }

  @Override
  public SubscriptionStore subscriptions() {
    return subscriptions;
  }

  @Override
  public DeadLetterStore deadLetters() {
    return deadLetters;
  }

  @Override
  public Optional<String> setting(String name) {
    return redis.call(Command.HGET, Keys.SETTINGS, name).optionalText();
  }

  @Override
  public boolean changeSetting(String name, Optional<String> seen, String value) {
    Call call =
        Call.of(Scripts.Name.CHANGE, Keys.SETTINGS)
            .with(name, seen.isPresent() ? 1 : 0, seen.orElse(""), "set", value);
    return !redis.run(call).isNothing();
  }

  @Override
  public void check(Check check) {
    partitions.known().forEach(each -> new RemovedCheck(redis, partitions, each, check).run());
  }

  @Override
  public Snapshot snapshot() {
    throw new Unsupported(
        "Redis backs itself up: 'redis-cli --rdb FILE' copies a consistent state while it runs, or"
            + " copy its append-only folder (appenddirname) after 'BGREWRITEAOF'; docs/backup.md"
            + " has the steps");
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      wakeups.close();
      partitions.close();
      redis.close();
    }
  }
}
