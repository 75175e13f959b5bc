package dev.rookery.benchmarks.bus;

import dev.rookery.benchmarks.load.FreePort;
import dev.rookery.benchmarks.load.ScratchFolder;
import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A server on the embedded log of a folder of its own, which goes with it. */
final class ServerProcess implements Closeable {
  private static final Duration READY = Duration.ofMinutes(2);
  private static final Duration LOOK = Duration.ofMillis(50);
  private static final Duration END = Duration.ofSeconds(20);

  /** As the launcher chooses them for {@code serve}. */
  private static final List<String> OPTIONS =
      List.of(
          "-XX:+UseSerialGC",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "-Xms16m",
          "-Xmx96m",
          "-Xss512k",
          "-XX:MaxMetaspaceSize=96m",
          "-XX:ReservedCodeCacheSize=48m",
          "-XX:MaxDirectMemorySize=32m");

  private final ScratchFolder folder;
  private final Process process;
  private final String authority;

  private ServerProcess(ScratchFolder folder, Process process, String authority) {
    this.folder = folder;
    this.process = process;
    this.authority = authority;
  }

  /**
   * Starts a server, and returns when it is ready.
   *
   * @param launcher the script {@code rookery}; empty: this process' Java and class path
   */
  static ServerProcess start(Path parent, Optional<Path> launcher)
      throws IOException, InterruptedException {
    ScratchFolder folder = ScratchFolder.in(parent);
    String bus = "file:" + folder.path().resolve("log");
    String authority = "127.0.0.1:" + FreePort.find();
    List<String> command =
        launcher.isPresent()
            ? List.of(launcher.get().toString(), "serve", "--bus", bus, "--listen", authority)
            : java(bus, authority);
    File output = folder.path().resolve("server.log").toFile();
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output).start();
    ServerProcess server = new ServerProcess(folder, process, authority);
    server.awaitReady();
    return server;
  }

  private static List<String> java(String bus, String authority) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home", ""), "bin", "java").toString());
    command.addAll(OPTIONS);
    command.addAll(List.of("-cp", System.getProperty("java.class.path", "")));
    command.addAll(List.of(ServedBus.class.getName(), bus, authority));
    return command;
  }

  private void awaitReady() throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request = HttpRequest.newBuilder(URI.create(address() + "/health/ready")).build();
      for (long look = READY.dividedBy(LOOK); look > 0 && process.isAlive(); look--) {
        if (isReady(client, request)) {
          return;
        }
        Thread.sleep(LOOK);
      }
    }
    process.destroyForcibly();
    throw new IOException("the server did not become ready; see " + folder.path());
  }

  private static boolean isReady(HttpClient client, HttpRequest request)
      throws InterruptedException {
    try {
      return client.send(request, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  String address() {
    return "http://" + authority;
  }

  /** Its host and port. */
  String authority() {
    return authority;
  }

  ProcessHandle handle() {
    return process.toHandle();
  }

  @Override
  public void close() throws IOException {
    try (folder) {
      process.destroy();
      if (!process.waitFor(END.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
