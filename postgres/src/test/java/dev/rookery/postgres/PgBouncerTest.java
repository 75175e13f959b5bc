package dev.rookery.postgres;

import static dev.rookery.testkit.Soon.soon;
import static dev.rookery.testkit.Soon.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.rookery.Address;
import dev.rookery.Backup;
import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.Start;
import dev.rookery.Subscription;
import dev.rookery.backup.Restore;
import dev.rookery.spi.Environment;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Behind a real PgBouncer in transaction mode, where one is installed. */
class PgBouncerTest {
  private static final Path PROGRAM = Path.of("/usr/sbin/pgbouncer");
  private static final TestServer SERVER = TestServer.shared();

  @TempDir Path folder;
  private final int port = TestServer.freePort();
  private final List<Process> started = new ArrayList<>();

  @BeforeEach
  void start() throws IOException {
    assumeTrue(Files.isExecutable(PROGRAM), "pgbouncer is not installed");
    Path settings =
        Files.writeString(
            folder.resolve("pgbouncer.ini"),
            """
            [databases]
            * = host=127.0.0.1 port=%d
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = %d
            auth_type = any
            pool_mode = transaction
            default_pool_size = 2
            unix_socket_dir =
            ignore_startup_parameters = extra_float_digits
            [users]
            """
                .formatted(SERVER.port(), port)
                .replace("* = host", "postgres = user=postgres host"));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    List<String> command = new ArrayList<>(List.of(PROGRAM.toString(), settings.toString()));
    if (System.getProperty("user.name").equals("root")) {
      command.addAll(1, List.of("-u", "nobody"));
    }
    started.add(
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start());
    within(Duration.ofMinutes(1)).ignoreExceptions().until(this::answers);
  }

  private boolean answers() throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    }
  }

  @AfterEach
  void stop() {
    started.forEach(Process::destroyForcibly);
    started.forEach(process -> process.onExit().join());
  }

  @Test
  void aBusWorksBehindAPoolThatHandsItsSessionsToOthers() throws Exception {
    String address = behindThePool();
    Queue<String> handled = new ConcurrentLinkedQueue<>();
    try (EventBus publisher = EventBus.open(address);
        EventBus reader = EventBus.open(address)) {
      reader.subscribe(
          Subscription.of("all", "bot.**").from(Start.earliest()),
          event -> handled.add(event.id()));

      for (int i = 0; i < 50; i++) {
        publisher.publish(Draft.of("bot.said", "{}").id("event-" + i));
      }

      soon().until(() -> handled.size() == 50);
      assertThat(handled).last().isEqualTo("event-49");
    }
  }

  /** The address of a schema that nobody uses yet. */
  private String behindThePool() {
    String schema = PostgresAddress.of(Address.parse(SERVER.freshSchema())).schema();
    return SERVER.address("?schema=" + schema).replace(":" + SERVER.port(), ":" + port)
        + "&listen=127.0.0.1:"
        + SERVER.port();
  }

  @Test
  void aBackupIsMadeAndRestoredBehindAPool() throws IOException {
    String from = behindThePool();
    String to = behindThePool();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    List<String> ids;
    try (Opened opened = Opened.at(from)) {
      opened.append("event-", 3_000);
      ids = opened.ids();
    }
    try (EventBus bus = EventBus.open(from);
        Backup backup = bus.operations().backup()) {
      backup.writeTo(bytes, events -> {});
    }
    Restore.run(
        new ByteArrayInputStream(bytes.toByteArray()),
        Address.parse(to),
        Environment.system(),
        events -> {});

    try (Opened opened = Opened.at(to)) {
      assertThat(opened.ids()).hasSize(3_000).isEqualTo(ids);
    }
  }
}
