package dev.rookery.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.Operations.PartitionInfo;
import dev.rookery.Operations.ReadRequest;
import dev.rookery.RestoreUnfinished;
import dev.rookery.Start;
import dev.rookery.TypePattern;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code rookery backup} and {@code rookery restore} as processes that are killed, or beside load.
 */
@Tag("P1")
@Timeout(1_800)
class BackupProcessTest {
  private static final int LARGE = Integer.getInteger("rookery.backup.events", 20_000);
  private static final int SERVER_MEGABYTES = 256;

  @TempDir private Path folder;

  private Path log() {
    return folder.resolve("log");
  }

  private Path file() {
    return folder.resolve("it.backup");
  }

  private Path restored() {
    return folder.resolve("restored");
  }

  /** Events of eight kilobytes, more together than a small server's memory. */
  private static void fill(EventBus bus, int events) {
    String text = "\"" + "x".repeat(8_000) + "\"";
    for (int sent = 0; sent < events; sent += 50) {
      List<Draft> batch = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        batch.add(Draft.of("user.filled", text).source("filler"));
      }
      bus.publishAll(batch);
    }
  }

  private Process rookery(String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "env",
                "--default-signal=INT", // a shell's background jobs are deaf to it
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx96m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                "dev.rookery.cli.Main"));
    command.addAll(Arrays.asList(arguments));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve(arguments[0] + ".out").toFile())
        .start();
  }

  private String said(String verb) throws IOException {
    return Files.readString(folder.resolve(verb + ".out"));
  }

  private List<Path> parts() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(each -> each.toString().endsWith(".part")).toList();
    }
  }

  private static long userEvents(Path log) {
    try (EventBus bus = EventBus.open("file:" + log)) {
      return bus.operations().streams().stream()
          .filter(info -> info.partition().stream().equals("user"))
          .mapToLong(PartitionInfo::events)
          .sum();
    }
  }

  @Test
  void aSmallServerIsBackedUpWhileItIsPublishedTo() throws Exception {
    ServerProcess server = ServerProcess.start(log());
    AtomicBoolean done = new AtomicBoolean();
    List<Long> quiet = new ArrayList<>();
    List<Long> beside = new ArrayList<>();
    List<List<Long>> current = new ArrayList<>(List.of(quiet));
    int acknowledged;
    try (EventBus bus = EventBus.open(server.address())) {
      fill(bus, LARGE);
      Thread publisher =
          Thread.ofPlatform().start(() -> publishUntil(done, bus, () -> current.getFirst()));
      await().atMost(Duration.ofMinutes(10)).until(() -> quiet.size() >= 500);
      current.set(0, beside);
      acknowledged = quiet.size();
      int code = rookery("backup", file().toString(), "--bus", server.address()).waitFor();
      current.set(0, new ArrayList<>());
      done.set(true);
      publisher.join();
      assertThat(code).as(said("backup")).isZero();
      assertThat(completed(bus)).contains("\"what\":\"backup\"", "\"positions\"");
    }
    long peak = peakBytes(server.pid());
    assertThat(server.terminate()).isZero();
    int code = rookery("restore", file().toString(), "--bus", "file:" + restored()).waitFor();
    assertThat(code).as(said("restore")).isZero();
    assertThat(userEvents(restored())).isGreaterThanOrEqualTo(LARGE + acknowledged);
    System.out.printf(
        "backup of %d MB, %d events: server's peak %d MB; publish p50/p99 before %s, beside it"
            + " %s%n",
        Files.size(file()) / 1_000_000, LARGE, peak / 1_000_000, shown(quiet), shown(beside));
    assertThat(peak).isLessThan(SERVER_MEGABYTES * 1_000_000L);
  }

  private static void publishUntil(
      AtomicBoolean done, EventBus bus, java.util.function.Supplier<List<Long>> latencies) {
    long due = System.nanoTime();
    while (!done.get()) {
      long began = System.nanoTime();
      bus.publish(Draft.of("user.said", "{}").source("bot"));
      latencies.get().add(System.nanoTime() - began);
      due += 1_000_000;
      LockSupport.parkNanos(due - System.nanoTime());
    }
  }

  private static String shown(List<Long> nanos) {
    long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
    return sorted.length == 0
        ? "none"
        : "%.1f/%.1f ms (%d)"
            .formatted(
                sorted[sorted.length / 2] / 1e6,
                sorted[sorted.length * 99 / 100] / 1e6,
                sorted.length);
  }

  /** At most at a time, without the files that it maps and shares with others, such as the JDK. */
  private static long peakBytes(long pid) throws IOException {
    List<String> status = Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"));
    return bytes(status, "VmHWM:") - bytes(status, "RssFile:");
  }

  private static long bytes(List<String> status, String name) {
    return status.stream()
        .filter(line -> line.startsWith(name))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1_024)
        .findFirst()
        .orElseThrow();
  }

  private static String completed(EventBus bus) {
    ReadRequest request =
        new ReadRequest(
            List.of(TypePattern.of("system.backup.completed")),
            Optional.empty(),
            Start.earliest(),
            10,
            Duration.ZERO);
    return bus.operations().read(request).events().getFirst().event().data().text();
  }

  @Test
  void aBackupThatIsKilledHasNoNameAndOneThatIsInterruptedLeavesNothing() throws Exception {
    try (EventBus bus = EventBus.open("file:" + log())) {
      fill(bus, LARGE);
    }
    Process killed = rookery("backup", file().toString(), "--bus", "file:" + log());
    await()
        .atMost(Duration.ofMinutes(5))
        .pollInterval(Duration.ofMillis(1))
        .until(() -> !parts().isEmpty() && Files.size(parts().getFirst()) > 1_000);
    killed.destroyForcibly().waitFor();
    assertThat(file()).doesNotExist();
    Path part = parts().getFirst();
    Process refused = rookery("restore", part.toString(), "--bus", "file:" + restored());
    assertThat(refused.waitFor()).isEqualTo(1);
    assertThat(said("restore")).contains("cut short");
    Files.delete(part);

    Process interrupted = rookery("backup", file().toString(), "--bus", "file:" + log());
    await()
        .atMost(Duration.ofMinutes(5))
        .pollInterval(Duration.ofMillis(1))
        .until(() -> !parts().isEmpty());
    new ProcessBuilder("kill", "-INT", Long.toString(interrupted.pid())).start().waitFor();
    assertThat(interrupted.waitFor()).as(said("backup")).isEqualTo(130);
    assertThat(parts()).isEmpty();
    assertThat(file()).doesNotExist();
  }

  @Test
  void aRestoreThatIsKilledLeavesNothingThatOpens() throws Exception {
    try (EventBus bus = EventBus.open("file:" + log())) {
      fill(bus, LARGE / 4);
    }
    assertThat(rookery("backup", file().toString(), "--bus", "file:" + log()).waitFor()).isZero();
    Process killed = rookery("restore", file().toString(), "--bus", "file:" + restored());
    Path database = restored().resolve("rookery.db");
    await()
        .atMost(Duration.ofMinutes(5))
        .pollInterval(Duration.ofMillis(1))
        .until(() -> Files.exists(database) && Files.size(database) > 200_000);
    killed.destroyForcibly().waitFor();

    assertThatThrownBy(() -> userEvents(restored())).isInstanceOf(RestoreUnfinished.class);
    assertThat(rookery("restore", file().toString(), "--bus", "file:" + restored()).waitFor())
        .isEqualTo(1);
    assertThat(said("restore")).contains("never ended");
  }
}
