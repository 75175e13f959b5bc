package dev.rookery.redis;

import static dev.rookery.testkit.Soon.within;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol.Command;
import redis.embedded.RedisExecProvider;
import redis.embedded.RedisServer;
import redis.embedded.util.Architecture;
import redis.embedded.util.OS;

/**
 * A real Redis on a free port, with nothing on disk unless it is asked for; {@code
 * -Drookery.redis.server=PATH} names another binary than the one that the tests bring. The faults
 * of {@code verify} use it too.
 */
public final class TestServer implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 30_000;

  private static final class Shared {
    private static final TestServer ONE = started();

    private static TestServer started() {
      TestServer server = start("save \"\"", "databases 1024");
      Runtime.getRuntime().addShutdownHook(new Thread(server::close));
      return server;
    }
  }

  private final String[] settings;
  private final int port;
  private final RedisExecProvider binary;
  private Path folder;
  private RedisServer server;

  private TestServer(RedisExecProvider binary, Path folder, String... settings) {
    this.port = freePort();
    this.settings = settings;
    this.binary = binary;
    this.folder = folder;
    this.server = launched();
  }

  /** The one of this JVM; it has 1,024 databases. */
  public static TestServer shared() {
    return Shared.ONE;
  }

  void empty() {
    ask("FLUSHALL");
  }

  public static TestServer start(String... settings) {
    return new TestServer(binary(), newFolder(), settings);
  }

  /** One on what a folder holds. */
  static TestServer startOn(Path folder, String... settings) {
    return new TestServer(binary(), folder, settings);
  }

  /** One on what a folder holds, whose process has more in its environment. */
  static TestServer startOn(Path folder, Map<String, String> environment, String... settings)
      throws IOException {
    StringBuilder script = new StringBuilder("#!/bin/sh\nexec env");
    environment.forEach((name, value) -> script.append(" '" + name + "=" + value + "'"));
    script.append(" '" + binary().get() + "' \"$@\"\n");
    Path file = Files.writeString(Files.createTempFile("redis", ".sh"), script);
    file.toFile().setExecutable(true);
    file.toFile().deleteOnExit();
    return new TestServer(named(file.toString()), folder, settings);
  }

  /** One that keeps what another has, and is known to it. */
  static TestServer replicaOf(TestServer master, String... settings) {
    List<String> all = new ArrayList<>(List.of(settings));
    all.add("save \"\"");
    all.add("replicaof 127.0.0.1 " + master.port());
    TestServer replica = start(all.toArray(String[]::new));
    within(Duration.ofMinutes(1))
        .until(() -> master.ask("INFO", "replication").text().contains("state=online"));
    return replica;
  }

  static int freePort() {
    return dev.rookery.postgres.TestServer.freePort();
  }

  private static Path newFolder() {
    try {
      return Files.createTempDirectory("redis");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static RedisExecProvider binary() {
    String other = System.getProperty("rookery.redis.server", "");
    return other.isEmpty() ? RedisExecProvider.defaultProvider() : named(other);
  }

  private static RedisExecProvider named(String path) {
    return RedisExecProvider.defaultProvider().override(OS.UNIX, Architecture.x86_64, path);
  }

  private RedisServer launched() {
    var builder = RedisServer.builder().redisExecProvider(binary).port(port).bind("127.0.0.1");
    builder.setting("dir " + folder);
    for (String setting : settings) {
      builder.setting(setting);
    }
    RedisServer launched = builder.build();
    launched.start();
    return launched;
  }

  public int port() {
    return port;
  }

  public String address() {
    return "redis://127.0.0.1:" + port;
  }

  /** Changes a setting while it runs. */
  public void set(String setting, Object value) {
    ask("CONFIG", "SET", setting, value);
  }

  /** Runs a command as anybody else would. */
  Reply ask(String command, Object... arguments) {
    try (Connection connection = new Connection("127.0.0.1", port)) {
      connection.setSoTimeout(PATIENCE_MILLIS);
      String[] words = Arrays.stream(arguments).map(String::valueOf).toArray(String[]::new);
      connection.sendCommand(Command.valueOf(command), words);
      return new Reply(connection.getOne());
    }
  }

  /** Stops and starts without any data. */
  void restartEmpty() {
    close();
    folder = newFolder();
    server = launched();
  }

  /** Kills the process as it stands, and starts it again with what it has on disk. */
  public void killAndRestart() {
    kill();
    server = launched();
  }

  /** Kills the process as it stands. */
  public void kill() {
    ProcessHandle handle = process();
    handle.destroyForcibly();
    handle.onExit().join();
    stop();
  }

  /** Lets the process stand still; the answer lets it go on. */
  public Runnable pause() {
    long process = process().pid();
    signal("-STOP", process);
    return () -> signal("-CONT", process);
  }

  private static void signal(String signal, long process) {
    try {
      new ProcessBuilder("kill", signal, Long.toString(process)).inheritIO().start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private ProcessHandle process() {
    long process =
        ask("INFO", "server")
            .text()
            .lines()
            .filter(line -> line.startsWith("process_id:"))
            .mapToLong(line -> Long.parseLong(line.substring("process_id:".length()).strip()))
            .findFirst()
            .orElseThrow();
    return ProcessHandle.of(process).orElseThrow();
  }

  void stop() {
    server.stop();
  }

  @Override
  public void close() {
    stop();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
