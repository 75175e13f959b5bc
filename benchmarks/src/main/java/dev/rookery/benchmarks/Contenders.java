package dev.rookery.benchmarks;

import dev.rookery.benchmarks.bus.BusSettings;
import dev.rookery.benchmarks.bus.FileContender;
import dev.rookery.benchmarks.bus.HttpContender;
import dev.rookery.benchmarks.bus.MemoryContender;
import dev.rookery.benchmarks.load.Contender;
import dev.rookery.benchmarks.peer.FlowContender;
import dev.rookery.benchmarks.peer.PostgresContender;
import dev.rookery.benchmarks.peer.QueueContender;
import dev.rookery.benchmarks.peer.RedisContender;
import dev.rookery.benchmarks.peer.SqliteContender;
import dev.rookery.spi.Environment;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Everybody who can be measured, by name.
 *
 * @param folder where stores are made
 * @param launcher starts servers; empty: this process' Java and class path
 */
record Contenders(
    BusSettings settings, Path folder, Optional<Path> launcher, Environment environment) {
  static final List<String> NAMES =
      List.of(
          "memory",
          "queue",
          "flow",
          "file",
          "sqlite",
          "sqlite-shared",
          "redis",
          "postgres",
          "http",
          "http-post");
  static final String USUAL = "memory,queue,file,sqlite,redis,postgres,http,http-post";

  Contender of(String name) {
    return switch (name) {
      case "memory" -> new MemoryContender(settings);
      case "queue" -> new QueueContender();
      case "flow" -> new FlowContender();
      case "file" -> new FileContender(settings, folder);
      case "sqlite" -> new SqliteContender(folder, environment, false);
      case "sqlite-shared" -> new SqliteContender(folder, environment, true);
      case "redis" -> new RedisContender(folder);
      case "postgres" -> new PostgresContender(folder);
      case "http" -> new HttpContender(settings, folder, launcher, false);
      case "http-post" -> new HttpContender(settings, folder, launcher, true);
      default -> throw new IllegalArgumentException("'" + name + "' is none of " + NAMES);
    };
  }
}
