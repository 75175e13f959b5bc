package dev.rookery.verify;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.embedded.FileProvider;
import dev.rookery.memory.MemoryProvider;
import dev.rookery.postgres.PostgresProvider;
import dev.rookery.redis.RedisProvider;
import dev.rookery.redis.TestServer;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Environment;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** What keeps the events of a test's bus; each folder has a store of its own, empty at first. */
enum Store {
  MEMORY,
  FILE,
  REDIS,
  POSTGRES;

  private static final Map<Path, String> ADDRESSES = new ConcurrentHashMap<>();
  private static final AtomicInteger DATABASE = new AtomicInteger();

  String address(Path folder) {
    return switch (this) {
      case MEMORY -> "memory:" + folder;
      case FILE -> "file:" + folder.resolve("data");
      case REDIS, POSTGRES -> ADDRESSES.computeIfAbsent(folder, f -> fresh());
    };
  }

  private String fresh() {
    return this == REDIS
        ? TestServer.shared().address() + "/" + DATABASE.getAndIncrement()
        : dev.rookery.postgres.TestServer.shared().freshSchema();
  }

  /** The port of the server that keeps them, if it is one of its own. */
  OptionalInt port() {
    return switch (this) {
      case MEMORY, FILE -> OptionalInt.empty();
      case REDIS -> OptionalInt.of(TestServer.shared().port());
      case POSTGRES -> OptionalInt.of(dev.rookery.postgres.TestServer.shared().port());
    };
  }

  /** Those that outlive a process. */
  static Stream<Store> durable() {
    return Stream.of(FILE, REDIS, POSTGRES);
  }

  Backend open(Path folder, BusConfig config, Environment environment) {
    Backend.Provider provider =
        switch (this) {
          case MEMORY -> new MemoryProvider();
          case FILE -> new FileProvider();
          case REDIS -> new RedisProvider();
          case POSTGRES -> new PostgresProvider();
        };
    return provider.open(Address.parse(address(folder)), config, environment);
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
