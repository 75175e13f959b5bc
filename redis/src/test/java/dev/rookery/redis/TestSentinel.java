package dev.rookery.redis;

import static dev.rookery.testkit.Soon.within;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisException;

/** One sentinel that moves the master within a second or two. */
final class TestSentinel implements AutoCloseable {
  static final String NAME = "fleet";

  private final Path settings;
  private final int port = TestServer.freePort();
  private final Process process;

  TestSentinel(TestServer master) {
    try {
      settings = Files.createTempFile("sentinel", ".conf");
      Files.write(
          settings,
          List.of(
              "port " + port,
              "bind 127.0.0.1",
              "sentinel monitor " + NAME + " 127.0.0.1 " + master.port() + " 1",
              "sentinel down-after-milliseconds " + NAME + " 5000",
              "sentinel failover-timeout " + NAME + " 10000"));
      process =
          new ProcessBuilder(
                  TestServer.binary().get().getAbsolutePath(), settings.toString(), "--sentinel")
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectErrorStream(true)
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    within(Duration.ofMinutes(1)).until(this::knowsAReplica);
  }

  private boolean knowsAReplica() {
    try (Connection connection = new Connection("127.0.0.1", port)) {
      connection.sendCommand(Command.SENTINEL, "REPLICAS", NAME);
      List<Reply> replicas = new Reply(connection.getOne()).list();
      return !replicas.isEmpty()
          && "slave".equals(replicas.getFirst().fields().get("flags").text());
    } catch (JedisException e) {
      return false;
    }
  }

  String address() {
    return "redis://127.0.0.1:" + port + "?sentinel=" + NAME;
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly().onExit().join();
    Files.deleteIfExists(settings);
  }
}
