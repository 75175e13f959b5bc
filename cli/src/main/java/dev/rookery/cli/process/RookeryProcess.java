package dev.rookery.cli.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A rookery command in a process of its own, on this process's Java and class path. It says one
 * line when it is ready, and ends when its standard input does, so that it never outlives us.
 */
public final class RookeryProcess {
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final Process process;
  private final BufferedReader output;
  private final Path errors;

  private RookeryProcess(Process process, Path errors) {
    this.process = process;
    this.errors = errors;
    this.output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /**
   * Starts a command.
   *
   * @param env of this process; {@code ROOKERY_LAUNCHER} names the script that knows how to start
   * @param errors where its standard error goes
   * @param options for its JVM, where the launcher does not choose
   */
  public static RookeryProcess start(
      Map<String, String> env, Path errors, List<String> options, List<String> arguments)
      throws IOException {
    Optional<Path> launcher =
        Optional.ofNullable(env.get("ROOKERY_LAUNCHER")).map(Path::of).filter(Files::isExecutable);
    List<String> line =
        new ArrayList<>(
            launcher.isPresent() && runsFromJar()
                ? List.of(launcher.get().toString())
                : java(env, options));
    line.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(line);
    builder
        .environment()
        .merge("ROOKERY_JAVA_OPTS", String.join(" ", options), (ours, more) -> ours + " " + more);
    builder.redirectError(errors.toFile());
    return new RookeryProcess(builder.start(), errors);
  }

  private static List<String> java(Map<String, String> env, List<String> options) {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home", ""), "bin", "java").toString());
    line.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow"));
    line.addAll(options);
    Optional.ofNullable(env.get("ROOKERY_AOT")).ifPresent(aot -> line.add("-XX:AOTCache=" + aot));
    line.addAll(List.of("-cp", System.getProperty("java.class.path", ""), "dev.rookery.cli.Main"));
    return line;
  }

  private static boolean runsFromJar() {
    return System.getProperty("java.class.path", "").endsWith("rookery.jar");
  }

  /**
   * The line that it says when it is ready.
   *
   * @throws IOException when it ended instead; the message has its last words
   */
  public String awaitReady() throws IOException {
    String line = output.readLine();
    if (line == null) {
      throw new IOException("a process ended before it was ready: " + lastWords());
    }
    return line;
  }

  public String lastWords() throws IOException {
    try (Stream<String> lines = Files.lines(errors)) {
      List<String> all = lines.toList();
      return String.join(" | ", all.subList(Math.max(0, all.size() - 5), all.size()));
    }
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Ends it as a crash would: SIGKILL. */
  public void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  /** Asks it to end: SIGTERM. */
  public void terminate() {
    process.destroy();
  }

  /** Tells it to end, which is when its standard input ends. */
  public void release() {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      process.destroy();
    }
  }

  /** Waits for its end; one that does not come to it is killed. */
  public void end() throws InterruptedException {
    release();
    if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
      kill();
    }
  }

  /** The most memory that it ever had resident, in bytes; empty where the system does not say. */
  public Optional<Long> peakBytes() {
    try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(pid()), "status"))) {
      return lines
          .filter(line -> line.startsWith("VmHWM:"))
          .findFirst()
          .map(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1_024);
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
