package dev.rookery.benchmarks.peer;

import dev.rookery.benchmarks.load.ScratchFolder;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;

/**
 * A PostgreSQL that syncs before a commit returns, with room for its log and a vacuum quick enough
 * for a queue.
 */
public final class PostgresNode implements AutoCloseable {
  private static final Map<String, String> DURABLE =
      Map.of("fsync", "on", "synchronous_commit", "on", "full_page_writes", "on");
  private static final Map<String, String> KIND =
      Map.of(
          "shared_buffers", "256MB",
          "max_wal_size", "4GB",
          "autovacuum_naptime", "1s",
          "autovacuum_vacuum_cost_delay", "0");

  private final ScratchFolder folder;
  private final EmbeddedPostgres server;
  private final String url;

  private PostgresNode(ScratchFolder folder, EmbeddedPostgres server) {
    this.folder = folder;
    this.server = server;
    this.url = server.getJdbcUrl("postgres", "postgres");
  }

  public static PostgresNode start(Path parent) throws IOException, SQLException {
    ScratchFolder folder = ScratchFolder.in(parent);
    EmbeddedPostgres.Builder builder =
        EmbeddedPostgres.builder()
            .setDataDirectory(folder.path().resolve("data"))
            .setCleanDataDirectory(true);
    DURABLE.forEach(builder::setServerConfig);
    KIND.forEach(builder::setServerConfig);
    PostgresNode node = new PostgresNode(folder, builder.start());
    node.requireDurable();
    return node;
  }

  /** Where it listens, with a colon before the port. */
  public String authority() {
    return "localhost:" + server.getPort();
  }

  private void requireDurable() throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      for (String name : DURABLE.keySet()) {
        try (ResultSet found = statement.executeQuery("SHOW " + name)) {
          if (!found.next() || !found.getString(1).equals("on")) {
            throw new IllegalStateException("postgres runs with " + name + " off");
          }
        }
      }
    }
  }

  /** A connection that commits when it is told to. */
  Connection connect() throws SQLException {
    Connection connection = DriverManager.getConnection(url);
    connection.setAutoCommit(false);
    return connection;
  }

  /** The first of its processes, whose children the others are. */
  public List<ProcessHandle> processes() throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery("SELECT pg_backend_pid()")) {
      return found.next()
          ? ProcessHandle.of(found.getLong(1)).flatMap(ProcessHandle::parent).stream().toList()
          : List.of();
    }
  }

  @Override
  public void close() throws IOException {
    try (folder) {
      server.close();
    }
  }
}
