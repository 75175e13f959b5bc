package dev.rookery.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class DemoTest {
  @TempDir Path folder;

  @Test
  void aFleetOfProcessesLosesNothingWhileTheOwnerOfTheSharedSubscriptionIsKilled()
      throws IOException {
    Command command =
        Command.run(
            "demo",
            "--bots",
            "2",
            "--seconds",
            "4",
            "--rate",
            "100",
            "--kill",
            "--json",
            "--keep",
            folder.toString());

    assertThat(command.err())
        .contains("with kill -9")
        .contains("took over moderator")
        .contains("is back");
    assertThat(command.err().lines().filter(line -> line.contains("took over"))).hasSize(1);
    JsonNode result = command.json().getFirst();
    assertThat(result.propertyNames())
        .containsExactly(
            "published",
            "delivered",
            "lost",
            "duplicates",
            "outOfOrder",
            "retried",
            "deadLettered",
            "p50Ms",
            "p95Ms",
            "p99Ms",
            "serverPeakRssBytes");
    assertThat(result.get("lost").longValue()).isZero();
    assertThat(result.get("outOfOrder").longValue()).isZero();
    assertThat(result.get("published").longValue()).isGreaterThanOrEqualTo(399);
    assertThat(result.get("delivered").longValue())
        .isGreaterThan(2 * result.get("published").longValue());
    assertThat(result.get("serverPeakRssBytes").longValue()).isBetween(1L << 20, 256L << 20);
    assertThat(command.code).isZero();
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.filter(file -> file.toString().endsWith(".history.jsonl"))).hasSize(4);
    }
  }

  @Test
  void anInterruptedDemoLeavesNoProcessAndNoFolder() throws Exception {
    Path temporary = Files.createDirectory(folder.resolve("tmp"));
    Process demo = start(temporary, "demo", "--bots", "2", "--seconds", "60");
    List<ProcessHandle> children =
        await()
            .atMost(Duration.ofSeconds(60))
            .until(() -> demo.descendants().toList(), found -> found.size() >= 3);

    new ProcessBuilder("kill", "-INT", Long.toString(demo.pid())).start().waitFor();

    assertThat(demo.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(demo.exitValue()).isEqualTo(Exit.INTERRUPTED);
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
    try (Stream<Path> left = Files.list(temporary)) {
      assertThat(left.filter(path -> path.getFileName().toString().startsWith("rookery")))
          .isEmpty();
    }
  }

  @Test
  void aServerEndsInOrderWhenItIsTerminated() throws Exception {
    Process server =
        start(
            folder,
            "serve",
            "--json",
            "--listen",
            "127.0.0.1:0",
            "--bus",
            "file:" + folder.resolve("data"));
    String ready = server.inputReader().readLine();
    String url = dev.rookery.Json.MAPPER.readTree(ready).get("url").stringValue();

    assertThat(Command.run("publish", "user.a", "--bus", url, "--json").code).isZero();
    assertThat(Command.run("streams", "--bus", url).out()).contains("user/0");
    server.destroy();

    assertThat(server.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(server.exitValue()).isZero();
    assertThat(Command.run("streams", "--bus", url).code).isEqualTo(Exit.UNREACHABLE);
  }

  /** A shell's background jobs, and all that they start, are deaf to Ctrl-C unless it is undone. */
  private static final List<String> HEARING =
      System.getProperty("os.name").equals("Linux")
          ? List.of("env", "--default-signal=INT")
          : List.of();

  private static Process start(Path temporary, String... arguments) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(HEARING));
    builder
        .command()
        .addAll(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Djava.io.tmpdir=" + temporary,
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.rookery.cli.Main"));
    builder.command().addAll(List.of(arguments));
    builder.redirectError(temporary.resolve("errors.log").toFile());
    return builder.start();
  }
}
