package dev.rookery.embedded;

import static dev.rookery.embedded.Fixture.USER;
import static dev.rookery.embedded.Fixture.numbered;

import dev.rookery.RookeryException;
import dev.rookery.spi.Appended;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/**
 * A process of its own that appends until it is killed, and says so: a line {@code id position} per
 * receipt.
 */
final class Appender implements AutoCloseable {
  private static final int PUBLISHERS = 16;

  private final Process process;
  private final BufferedReader output;

  private Appender(Process process) {
    this.process = process;
    this.output = process.inputReader();
  }

  /** Starts one whose ids begin with this number; it leaves room for a million of them. */
  static Appender start(Path folder, int first) throws IOException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-XX:+UseSerialGC",
            "-Xshare:auto",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Appender.class.getName(),
            folder.toString(),
            Integer.toString(first));
    return new Appender(new ProcessBuilder(command).redirectErrorStream(true).start());
  }

  Stream<String> lines() {
    return output.lines();
  }

  String line() throws IOException {
    String line = output.readLine();
    return line == null ? "" : line;
  }

  /** Kills it as {@code kill -9} does, and waits for its end; what it said is still there. */
  void kill() {
    process.toHandle().destroyForcibly();
    process.onExit().join();
  }

  @Override
  public void close() {
    kill();
  }

  public static void main(String[] args) throws Exception {
    int first = Integer.parseInt(args[1]);
    try (FileBackend backend = Fixture.open(Path.of(args[0]));
        ExecutorService publishers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < PUBLISHERS; i++) {
        int begin = first + i * (1_000_000 / PUBLISHERS);
        publishers.execute(() -> append(backend, begin));
      }
    } catch (RookeryException e) {
      System.out.println(e);
    }
  }

  private static void append(FileBackend backend, int begin) {
    for (int number = begin; ; number++) {
      Appended answer = backend.log().append(USER, numbered(number, number)).getFirst();
      System.out.println("event-" + number + " " + answer.position());
    }
  }
}
