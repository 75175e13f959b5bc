package dev.rookery.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A {@link Bot} from outside: started, stopped, and what became of it. */
final class BotProcess {
  private static final String END = "its end";

  private final Process process;
  private final BlockingQueue<String> says = new LinkedBlockingQueue<>();

  private BotProcess(Process process) {
    this.process = process;
    Thread.ofVirtual().start(this::listen);
  }

  private void listen() {
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      reader.lines().forEach(says::add);
    } catch (IOException | UncheckedIOException e) {
      // It was killed.
    }
    says.add(END);
  }

  /**
   * Starts one; it has still to become ready.
   *
   * @param turn the number of the handling at which the mode acts
   */
  static BotProcess start(String bus, String subscription, Path history, Bot.Mode mode, int turn) {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx48m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            "dev.rookery.verify.Bot",
            bus,
            subscription,
            history.toString(),
            mode.name(),
            Integer.toString(turn));
    try {
      return new BotProcess(
          new ProcessBuilder(command)
              .redirectError(
                  ProcessBuilder.Redirect.appendTo(history.resolveSibling("bots.log").toFile()))
              .start());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Waits until it says this. */
  BotProcess await(String word) throws InterruptedException {
    String said = says.poll(120, TimeUnit.SECONDS);
    assertThat(said).as("what a bot says; see bots.log").isEqualTo(word);
    return this;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  /** Sends it a signal by name, such as {@code STOP}. */
  void signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
  }

  /** Whether it ended by itself within the time. */
  boolean awaitEnd(long seconds) throws InterruptedException {
    return process.waitFor(seconds, TimeUnit.SECONDS);
  }

  /** Lets it finish what it handles and end. */
  void end() throws IOException, InterruptedException {
    process.getOutputStream().close();
    if (!process.waitFor(120, TimeUnit.SECONDS)) {
      kill();
      throw new AssertionError("a bot did not end within 120 s");
    }
  }
}
