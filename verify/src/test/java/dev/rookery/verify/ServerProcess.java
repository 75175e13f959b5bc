package dev.rookery.verify;

import dev.rookery.postgres.TestServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A real {@code rookery serve} in a process of its own, with the launcher's options, which can be
 * killed.
 */
final class ServerProcess {
  private static final Duration LONGEST_START = Duration.ofMinutes(2);
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final Path folder;
  private final String beside;
  private final int port;
  private final List<String> options;
  private Process process;
  private Duration startTime = Duration.ZERO;

  private ServerProcess(Path folder, String beside, int port, List<String> options) {
    this.folder = folder;
    this.beside = beside;
    this.port = port;
    this.options = options;
    this.process = launch();
  }

  static ServerProcess start(Path folder, String... options) throws InterruptedException {
    return at(folder, "", options);
  }

  /** As the other; with options of the bus' address. */
  static ServerProcess at(Path folder, String beside, String... options)
      throws InterruptedException {
    ServerProcess server =
        new ServerProcess(folder, beside, TestServer.freePort(), List.of(options));
    server.awaitReady();
    return server;
  }

  private Process launch() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xms16m",
            "-Xmx96m",
            "-Xss512k",
            "-XX:MaxMetaspaceSize=96m",
            "-XX:ReservedCodeCacheSize=48m",
            "-XX:MaxDirectMemorySize=32m",
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            "dev.rookery.cli.Main",
            "serve",
            "--bus",
            "file:" + folder + beside,
            "--listen",
            "127.0.0.1:" + port));
    command.addAll(options);
    try {
      return new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(
              ProcessBuilder.Redirect.appendTo(
                  folder.resolveSibling(folder.getFileName() + ".log").toFile()))
          .start();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  String address() {
    return "http://127.0.0.1:" + port;
  }

  int port() {
    return port;
  }

  long pid() {
    return process.pid();
  }

  /** How long the last start took, from the process to the first answer that it is ready. */
  Duration startTime() {
    return startTime;
  }

  void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  void restart() throws InterruptedException {
    process = launch();
    awaitReady();
  }

  /** Ends it as an operator does; its exit code. */
  int terminate() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(120, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("the server did not end within 120 s of SIGTERM");
    }
    return process.exitValue();
  }

  private void awaitReady() throws InterruptedException {
    long began = System.nanoTime();
    while (System.nanoTime() - began < LONGEST_START.toNanos()) {
      if (!process.isAlive()) {
        throw new AssertionError(
            "the server ended with " + process.exitValue() + "; see " + folder + ".log");
      }
      if (ready()) {
        startTime = Duration.ofNanos(System.nanoTime() - began);
        return;
      }
      Thread.sleep(10);
    }
    throw new AssertionError("the server was not ready within " + LONGEST_START);
  }

  private boolean ready() throws InterruptedException {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(address() + "/health/ready"))
              .timeout(Duration.ofSeconds(10))
              .build();
      return HTTP.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }
}
