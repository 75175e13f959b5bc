package dev.rookery.benchmarks;

import dev.rookery.benchmarks.bus.BusSettings;
import dev.rookery.benchmarks.bus.FileContender;
import dev.rookery.benchmarks.bus.HttpContender;
import dev.rookery.benchmarks.bus.MemoryContender;
import dev.rookery.benchmarks.bus.PostgresBusContender;
import dev.rookery.benchmarks.bus.RedisContender;
import dev.rookery.benchmarks.load.Contender;
import dev.rookery.benchmarks.peer.FlowContender;
import dev.rookery.benchmarks.peer.PostgresContender;
import dev.rookery.benchmarks.peer.PostgresLogContender;
import dev.rookery.benchmarks.peer.QueueContender;
import dev.rookery.benchmarks.peer.SqliteContender;
import dev.rookery.benchmarks.redis.Fsync;
import dev.rookery.benchmarks.redis.GroupsContender;
import dev.rookery.benchmarks.redis.LogContender;
import dev.rookery.benchmarks.redis.PythonContender;
import dev.rookery.spi.Environment;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Everybody who can be measured, by name.
 *
 * @param fsync of everybody's Redis
 * @param folder where stores are made
 * @param launcher starts servers; empty: this process' Java and class path
 */
record Contenders(
    BusSettings settings,
    Fsync fsync,
    Path folder,
    Optional<Path> launcher,
    Environment environment) {
  static final List<String> NAMES =
      List.of(
          "memory",
          "queue",
          "flow",
          "file",
          "sqlite",
          "sqlite-shared",
          "redis-bus",
          "redis-bus-noids",
          "redis-log",
          "redis",
          "redis-lettuce",
          "redis-spring",
          "redis-redisson",
          "redis-python",
          "postgres-bus",
          "hybrid-bus",
          "postgres-log",
          "postgres-notify",
          "postgres",
          "http",
          "http-post");
  static final String USUAL =
      "memory,queue,file,sqlite,redis-bus,redis-log,redis,postgres,http,http-post";

  Contender of(String name) {
    return switch (name) {
      case "memory" -> new MemoryContender(settings);
      case "queue" -> new QueueContender();
      case "flow" -> new FlowContender();
      case "file" -> new FileContender(settings, folder);
      case "sqlite" -> new SqliteContender(folder, environment, false);
      case "sqlite-shared" -> new SqliteContender(folder, environment, true);
      case "redis-bus" -> new RedisContender(settings, folder, fsync, true);
      case "redis-bus-noids" -> new RedisContender(settings, folder, fsync, false);
      case "redis-log" -> new LogContender(folder, fsync);
      case "redis" -> GroupsContender.jedis(folder, fsync);
      case "redis-lettuce" -> GroupsContender.lettuce(folder, fsync);
      case "redis-spring" -> GroupsContender.spring(folder, fsync);
      case "redis-redisson" -> GroupsContender.redisson(folder, fsync);
      case "redis-python" -> new PythonContender(folder, fsync);
      case "postgres-bus" -> new PostgresBusContender(settings, folder, Optional.empty());
      case "hybrid-bus" -> new PostgresBusContender(settings, folder, Optional.of(fsync));
      case "postgres-log" -> new PostgresLogContender(folder, false);
      case "postgres-notify" -> new PostgresLogContender(folder, true);
      case "postgres" -> new PostgresContender(folder);
      case "http" -> new HttpContender(settings, folder, launcher, false);
      case "http-post" -> new HttpContender(settings, folder, launcher, true);
      default -> throw new IllegalArgumentException("'" + name + "' is none of " + NAMES);
    };
  }
}
