package dev.rookery.benchmarks.peer;

import dev.rookery.benchmarks.load.Sample;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.function.Function;

/**
 * The rows of the bus' log in PostgreSQL with an index of their ids, and a row that counts them.
 */
final class PostgresTable {
  private static final List<String> TABLES =
      List.of(
          "DROP TABLE IF EXISTS bare_events, bare_last",
          "CREATE TABLE bare_last (last bigint NOT NULL) WITH (fillfactor = 20)",
          "INSERT INTO bare_last VALUES (0)",
          """
          CREATE TABLE bare_events (
            partition    integer NOT NULL,
            position     bigint NOT NULL,
            stored_at    timestamptz NOT NULL,
            total        bigint NOT NULL,
            id           text COLLATE "C" NOT NULL,
            type         text COLLATE "C" NOT NULL,
            source       text COLLATE "C" NOT NULL,
            key          text COLLATE "C" NOT NULL,
            time         timestamptz NOT NULL,
            nanos        smallint NOT NULL,
            correlation  text COLLATE "C" NOT NULL,
            causation    text COLLATE "C",
            version      integer NOT NULL,
            content_type text NOT NULL,
            attributes   jsonb,
            data         bytea NOT NULL,
            PRIMARY KEY (partition, position))
          """,
          "CREATE INDEX ON bare_events (id)");
  private static final String ADD =
      """
      WITH tail AS (UPDATE bare_last SET last = last + ? RETURNING last - ? AS before),
      added AS (
        INSERT INTO bare_events
          (partition, position, stored_at, total, id, type, source, key, time, nanos, correlation,
           version, content_type, data)
        SELECT 1, t.before + e.n, clock_timestamp(), 0, e.id, ?, e.source, e.key,
               to_timestamp(e.micros / 1e6), 0, e.correlation, ?, 'application/json', e.data
        FROM tail t, unnest(?, ?, ?, ?, ?, ?) WITH ORDINALITY
               AS e (id, source, data, correlation, micros, key, n)
        RETURNING position)
      """;
  private static final String READ =
      """
      SELECT position, id, type, source, key, time, nanos, correlation, causation, version,
             content_type, attributes, data
      FROM bare_events WHERE partition = 1 AND position > ? ORDER BY position LIMIT ?
      """;

  private final boolean notifies;

  /**
   * The table.
   *
   * @param notifies whether each event's insert sends a notification of its own
   */
  PostgresTable(boolean notifies) {
    this.notifies = notifies;
  }

  void create(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String each : TABLES) {
        statement.execute(each);
      }
      connection.commit();
      connection.setAutoCommit(true);
      statement.execute("CHECKPOINT");
    }
  }

  PreparedStatement adding(Connection connection) throws SQLException {
    String told = notifies ? ", pg_notify('bare', position::text)" : "";
    return connection.prepareStatement(ADD + "SELECT position" + told + " FROM added");
  }

  /** Adds events after the last one, in one statement and one transaction. */
  static void add(PreparedStatement adding, List<Sample> events) throws SQLException {
    Connection connection = adding.getConnection();
    adding.setInt(1, events.size());
    adding.setInt(2, events.size());
    adding.setString(3, Sample.TYPE);
    adding.setInt(4, Sample.VERSION);
    adding.setArray(5, connection.createArrayOf("text", column(events, Sample::id)));
    adding.setArray(6, connection.createArrayOf("text", column(events, Sample::source)));
    adding.setArray(7, connection.createArrayOf("bytea", PostgresQueue.data(events)));
    adding.setArray(8, connection.createArrayOf("text", column(events, Sample::correlation)));
    adding.setArray(9, connection.createArrayOf("bigint", column(events, PostgresQueue::micros)));
    adding.setArray(10, connection.createArrayOf("text", column(events, Sample::key)));
    adding.executeQuery().close();
    connection.commit();
  }

  private static Object[] column(List<Sample> events, Function<Sample, Object> value) {
    return events.stream().map(value).toArray();
  }

  /** Reads what follows a position: the first parameter; the second is how many at most. */
  static PreparedStatement reading(Connection connection) throws SQLException {
    return connection.prepareStatement(READ);
  }

  static long last(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery("SELECT last FROM bare_last")) {
      return found.next() ? found.getLong(1) : 0;
    }
  }
}
