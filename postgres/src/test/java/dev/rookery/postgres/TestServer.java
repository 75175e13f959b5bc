package dev.rookery.postgres;

import dev.rookery.Address;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A real PostgreSQL that syncs, on a free port; {@code -Drookery.postgres.url=postgresql://...}
 * names another in place of the shared one. The faults of {@code verify} use it too.
 */
public final class TestServer implements AutoCloseable {
  private static final Map<String, String> DURABLE =
      Map.of("fsync", "on", "synchronous_commit", "on", "full_page_writes", "on");

  /** Where syncing costs nothing: a killed process loses no page that the system has. */
  private static final Path MEMORY = Path.of("/dev/shm");

  private static final Duration START = Duration.ofMinutes(3);
  private static final AtomicInteger SCHEMAS = new AtomicInteger();

  private static final class Shared {
    private static final TestServer ONE = started();

    private static TestServer started() {
      String other = System.getProperty("rookery.postgres.url", "");
      TestServer server = other.isEmpty() ? start(Map.of()) : new TestServer(other);
      Runtime.getRuntime().addShutdownHook(new Thread(server::close));
      return server;
    }
  }

  /**
   * Ports below those that the system hands out by itself, so that nobody is given one before its
   * server listens there, or while that is started again. A process has those after the one that it
   * holds. Ten thousand more, where a Redis of a cluster listens too, is below them as well.
   */
  private static final class Ports {
    private static final int FIRST = 12_000;
    private static final int END = 22_000;
    private static final int EACH = 100;
    private static final ServerSocket HELD = hold();
    private static final AtomicInteger NEXT = new AtomicInteger();

    private static ServerSocket hold() {
      for (int port = FIRST; port < END; port += EACH) {
        try {
          return bind(port);
        } catch (IOException e) {
          // Another process has it
        }
      }
      throw new IllegalStateException("no port from " + FIRST + " to " + END + " is free");
    }

    private static ServerSocket bind(int port) throws IOException {
      return new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
    }

    static int next() {
      for (int more = EACH; more > 0; more--) {
        int port = HELD.getLocalPort() + 1 + NEXT.getAndIncrement() % (EACH - 1);
        try (ServerSocket _ = bind(port)) {
          return port;
        } catch (IOException e) {
          // A server listens there
        }
      }
      throw new IllegalStateException("no port after " + HELD.getLocalPort() + " is free");
    }
  }

  private final PostgresAddress address;
  private final Map<String, String> settings;
  private final Optional<Path> folder;
  private Optional<EmbeddedPostgres> server = Optional.empty();

  private TestServer(String url) {
    this.address = PostgresAddress.of(Address.parse(url));
    this.settings = Map.of();
    this.folder = Optional.empty();
  }

  private TestServer(int port, Map<String, String> settings) {
    this.address = PostgresAddress.of(Address.parse(url(port)));
    this.settings = new HashMap<>(DURABLE);
    this.settings.putAll(settings);
    this.folder = Optional.of(newFolder());
    launch();
  }

  private static String url(int port) {
    return "postgresql://postgres@127.0.0.1:" + port + "/postgres";
  }

  /** The one of this JVM. */
  public static TestServer shared() {
    return Shared.ONE;
  }

  static TestServer start(Map<String, String> settings) {
    return new TestServer(freePort(), settings);
  }

  /** A port of this machine that nobody else is given. */
  public static int freePort() {
    return Ports.next();
  }

  private static Path newFolder() {
    try {
      return Files.isWritable(MEMORY)
          ? Files.createTempDirectory(MEMORY, "postgres")
          : Files.createTempDirectory("postgres");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void launch() {
    try {
      EmbeddedPostgres.Builder builder =
          EmbeddedPostgres.builder()
              .setPort(address.place().port())
              .setDataDirectory(folder.orElseThrow().resolve("data"))
              .setCleanDataDirectory(false)
              .setPGStartupWait(START);
      settings.forEach(builder::setServerConfig);
      server = Optional.of(builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int port() {
    return address.place().port();
  }

  /** The address of a schema that nobody uses yet. */
  public String freshSchema() {
    return address(
        "?schema=test_" + ProcessHandle.current().pid() + "_" + SCHEMAS.incrementAndGet());
  }

  /** Its address with options. */
  String address(String options) {
    return "postgresql://"
        + address.credentials().map(text -> text + "@").orElse("")
        + address.place()
        + "/"
        + address.database()
        + options;
  }

  /** A connection that waits for an answer as long as it takes. */
  public Connection connect() throws SQLException {
    return new Connections(address).directAndPatient().getConnection();
  }

  /** Runs a statement as anybody else would. */
  void run(String sql) {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** The first column of what a query finds, as texts. */
  List<String> ask(String sql) {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> found = new ArrayList<>();
      while (rows.next()) {
        found.add(rows.getString(1));
      }
      return found;
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** Takes everything out of a schema but its tables; one that is not there is left so. */
  void empty(String address) {
    String schema = PostgresAddress.of(Address.parse(address)).schema();
    run(
        """
        DO $$
        DECLARE
          each record;
        BEGIN
          IF to_regclass('SCHEMA.partitions') IS NULL THEN
            RETURN;
          END IF;
          FOR each IN SELECT number FROM SCHEMA.partitions LOOP
            EXECUTE 'DROP TABLE SCHEMA.events_' || each.number;
          END LOOP;
          TRUNCATE SCHEMA.partitions, SCHEMA.chunks, SCHEMA.recent_ids, SCHEMA.subscriptions,
            SCHEMA.cursors, SCHEMA.announcements, SCHEMA.dead_letters, SCHEMA.settings, SCHEMA.outbox,
            SCHEMA.backups, SCHEMA.pieces;
          EXECUTE 'CREATE OR REPLACE FUNCTION SCHEMA.clock() RETURNS timestamptz LANGUAGE sql'
            || ' VOLATILE AS ''SELECT pg_catalog.clock_timestamp()''';
        END
        $$
        """
            .replace("SCHEMA", schema));
  }

  /** Kills all its processes as they stand, first the one that would begin others. */
  void kill() {
    ProcessHandle main = process().orElseThrow();
    List<ProcessHandle> all = new ArrayList<>(List.of(main));
    main.descendants().forEach(all::add);
    all.forEach(ProcessHandle::destroyForcibly);
    all.forEach(handle -> handle.onExit().join());
  }

  /** Starts it again with what it has on disk. */
  void restart() {
    try {
      server.orElseThrow().close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    launch();
  }

  private Optional<ProcessHandle> process() {
    Path file = folder.orElseThrow().resolve("data/postmaster.pid");
    try {
      return Files.exists(file)
          ? ProcessHandle.of(Long.parseLong(Files.readAllLines(file).getFirst().strip()))
          : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      if (server.isPresent()) {
        Optional<ProcessHandle> main = process();
        server.get().close();
        main.ifPresent(handle -> handle.onExit().join());
      }
      if (folder.isPresent()) {
        remove(folder.get());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
