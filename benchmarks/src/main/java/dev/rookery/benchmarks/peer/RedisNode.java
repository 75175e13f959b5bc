package dev.rookery.benchmarks.peer;

import dev.rookery.benchmarks.load.FreePort;
import dev.rookery.benchmarks.load.ScratchFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.RedisProtocol;
import redis.embedded.RedisServer;

/**
 * A Redis that syncs before it answers. The append-only file is never rewritten in between, to
 * spare it the fork.
 */
final class RedisNode implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final Map<String, String> SETTINGS =
      Map.of(
          "appendonly", "yes",
          "appendfsync", "always",
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

  static RedisNode start(Path parent) throws IOException {
    ScratchFolder folder = ScratchFolder.in(parent);
    int port = FreePort.find();
    var builder = RedisServer.builder().port(port).bind("127.0.0.1");
    builder.setting("dir " + folder.path());
    SETTINGS.forEach(
        (name, value) -> builder.setting(name + ' ' + (value.isEmpty() ? "\"\"" : value)));
    RedisServer server = builder.build();
    server.start();
    RedisNode node = new RedisNode(folder, server, port);
    node.requireSettings();
    return node;
  }

  private void requireSettings() {
    try (Connection connection = connect()) {
      SETTINGS.forEach((name, value) -> {
        connection.sendCommand(Protocol.Command.CONFIG, "GET", name);
        List<String> found = connection.getMultiBulkReply();
        if (!found.equals(List.of(name, value))) {
          throw new IllegalStateException("redis runs with " + found);
        }
      });
    }
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

  ProcessHandle process() {
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
