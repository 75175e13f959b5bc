package dev.rookery.verify;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.embedded.FileProvider;
import dev.rookery.memory.MemoryProvider;
import dev.rookery.redis.RedisProvider;
import dev.rookery.redis.TestServer;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Environment;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** What keeps the events of a test's bus; each folder has a store of its own, empty at first. */
enum Store {
  MEMORY,
  FILE,
  REDIS;

  private static final Map<Path, Integer> DATABASES = new ConcurrentHashMap<>();
  private static final AtomicInteger DATABASE = new AtomicInteger();

  String address(Path folder) {
    return switch (this) {
      case MEMORY -> "memory:" + folder;
      case FILE -> "file:" + folder.resolve("data");
      case REDIS -> TestServer.shared().address() + "/" + database(folder);
    };
  }

  private static int database(Path folder) {
    return DATABASES.computeIfAbsent(folder, f -> DATABASE.getAndIncrement());
  }

  Backend open(Path folder, BusConfig config, Environment environment) {
    Backend.Provider provider =
        switch (this) {
          case MEMORY -> new MemoryProvider();
          case FILE -> new FileProvider();
          case REDIS -> new RedisProvider();
        };
    return provider.open(Address.parse(address(folder)), config, environment);
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
