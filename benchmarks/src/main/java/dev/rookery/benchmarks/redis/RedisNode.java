package dev.rookery.benchmarks.redis;

import dev.rookery.benchmarks.load.FreePort;
import dev.rookery.benchmarks.load.ScratchFolder;
import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.RedisProtocol;
import redis.embedded.RedisExecProvider;
import redis.embedded.RedisServer;
import redis.embedded.util.OSDetector;

/**
 * A Redis with an append-only file, which is never rewritten in between, to spare it the fork: the
 * {@code redis-server} that is installed, else the one that the build brings, whose memory
 * allocator takes twice the time for an entry.
 */
public final class RedisNode implements Closeable {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final Map<String, String> SETTINGS =
      Map.of(
          "appendonly", "yes",
          "no-appendfsync-on-rewrite", "no",
          "auto-aof-rewrite-percentage", "0",
          "save", "",
          "maxmemory-policy", "noeviction");

  private final ScratchFolder folder;
  private final RedisServer server;
  private final HostAndPort address;

  private RedisNode(ScratchFolder folder, RedisServer server, int port) {
    this.folder = folder;
    this.server = server;
    this.address = new HostAndPort("127.0.0.1", port);
  }

  /** Starts one with an empty store in a new folder under another. */
  public static RedisNode start(Path parent, Fsync fsync) throws IOException {
    ScratchFolder folder = ScratchFolder.in(parent);
    Map<String, String> settings = new HashMap<>(SETTINGS);
    settings.put("appendfsync", fsync.toString());
    int port = FreePort.find();
    var builder = RedisServer.builder().port(port).bind("127.0.0.1");
    builder.setting("dir " + folder.path());
    settings.forEach(
        (name, value) -> builder.setting(name + ' ' + (value.isEmpty() ? "\"\"" : value)));
    installed().ifPresent(path -> builder.redisExecProvider(binary(path)));
    RedisServer server = builder.build();
    server.start();
    RedisNode node = new RedisNode(folder, server, port);
    node.require(settings);
    return node;
  }

  private static Optional<Path> installed() {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .map(folder -> Path.of(folder, "redis-server"))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static RedisExecProvider binary(Path path) {
    return RedisExecProvider.defaultProvider().override(OSDetector.getOS(), path.toString());
  }

  private void require(Map<String, String> settings) {
    try (Connection connection = connect()) {
      settings.forEach((name, value) -> {
        connection.sendCommand(Protocol.Command.CONFIG, "GET", name);
        List<String> found = connection.getMultiBulkReply();
        if (!found.equals(List.of(name, value))) {
          throw new IllegalStateException("redis runs with " + found);
        }
      });
    }
  }

  /** Where it listens, with a colon before the port. */
  public String authority() {
    return address.toString();
  }

  HostAndPort address() {
    return address;
  }

  Connection connect() {
    int millis = (int) TIMEOUT.toMillis();
    Connection connection =
        new Connection(
            address,
            DefaultJedisClientConfig.builder()
                .protocol(RedisProtocol.RESP2)
                .socketTimeoutMillis(millis)
                .connectionTimeoutMillis(millis)
                .build());
    connection.connect();
    return connection;
  }

  public ProcessHandle process() {
    try (Connection connection = connect()) {
      connection.sendCommand(Protocol.Command.INFO, "server");
      long pid =
          connection
              .getBulkReply()
              .lines()
              .filter(line -> line.startsWith("process_id:"))
              .mapToLong(line -> Long.parseLong(line.substring("process_id:".length()).strip()))
              .findFirst()
              .orElseThrow();
      return ProcessHandle.of(pid).orElseThrow();
    }
  }

  @Override
  public void close() throws IOException {
    try (folder) {
      server.stop();
    }
  }
}
