package dev.rookery.benchmarks.redis;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The requirement's publisher or consumer in a process of its own, which ends with its input. */
final class PythonProcess implements Closeable {
  private static final String PYTHON = "/usr/bin/python3";
  private static final int PATIENCE_SECONDS = 10;

  private final Process process;
  private final BufferedWriter input;
  private final BufferedReader output;

  private PythonProcess(Process process) {
    this.process = process;
    this.input = process.outputWriter(StandardCharsets.US_ASCII);
    this.output = process.inputReader(StandardCharsets.US_ASCII);
  }

  /** What is missing to run it here, for people. */
  static Optional<String> missing() {
    try {
      Process asked =
          new ProcessBuilder(PYTHON, "-c", "import redis.asyncio")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      return asked.waitFor() == 0
          ? Optional.empty()
          : Optional.of(PYTHON + " has no redis.asyncio; Debian's package is python3-redis");
    } catch (IOException e) {
      return Optional.of(PYTHON + " does not start; Debian's package is python3");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of("it was interrupted");
    }
  }

  /** Starts one, and returns when it is at work. */
  static PythonProcess start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(PYTHON, "-c", program()));
    command.addAll(List.of(arguments));
    PythonProcess started =
        new PythonProcess(
            new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
    started.awaitEmptyLine();
    return started;
  }

  private static String program() throws IOException {
    try (InputStream in = PythonProcess.class.getResourceAsStream("requirement.py")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  BufferedWriter input() {
    return input;
  }

  BufferedReader output() {
    return output;
  }

  void awaitEmptyLine() throws IOException {
    String line = output.readLine();
    if (line == null || !line.isEmpty()) {
      throw new IOException("python answered " + line);
    }
  }

  ProcessHandle handle() {
    return process.toHandle();
  }

  /** Asks it to end. */
  void finish() {
    try {
      input.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    finish();
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
