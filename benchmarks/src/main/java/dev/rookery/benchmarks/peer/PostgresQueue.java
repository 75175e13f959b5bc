package dev.rookery.benchmarks.peer;

import dev.rookery.benchmarks.load.Sample;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Function;

/** The table of deliveries, one row for each event and subscription. */
final class PostgresQueue {
  private static final String TABLE =
      """
      CREATE TABLE deliveries (
        subscription smallint NOT NULL,
        number       bigint GENERATED ALWAYS AS IDENTITY,
        id           text NOT NULL,
        type         text NOT NULL,
        source       text NOT NULL,
        data         bytea NOT NULL,
        correlation  text NOT NULL,
        causation    text,
        time         timestamptz NOT NULL,
        version      integer NOT NULL,
        key          text NOT NULL,
        PRIMARY KEY (subscription, number)
      ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)
      """;
  private static final String ADD =
      """
      INSERT INTO deliveries
        (subscription, id, type, source, data, correlation, time, version, key)
      SELECT s, e.id, ?, e.source, e.data, e.correlation, to_timestamp(e.micros / 1e6), ?, e.key
      FROM unnest(?, ?, ?, ?, ?, ?) WITH ORDINALITY
             AS e (id, source, data, correlation, micros, key, n),
           generate_series(1, ?) AS s
      ORDER BY e.n
      """;
  private static final String TAKE =
      """
      WITH taken AS (
        DELETE FROM deliveries
        WHERE subscription = ?
          AND number = ANY (ARRAY(
            SELECT number FROM deliveries
            WHERE subscription = ?
            ORDER BY number LIMIT ?
            FOR UPDATE SKIP LOCKED))
        RETURNING *)
      SELECT id, type, source, data, correlation, causation, time, version, key
      FROM taken ORDER BY number
      """;

  private PostgresQueue() {}

  static void create(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("DROP TABLE IF EXISTS deliveries");
      statement.execute(TABLE);
    }
    connection.commit();
    connection.setAutoCommit(true);
    try (Statement statement = connection.createStatement()) {
      statement.execute("CHECKPOINT");
    } finally {
      connection.setAutoCommit(false);
    }
  }

  static PreparedStatement adding(Connection connection) throws SQLException {
    return connection.prepareStatement(ADD);
  }

  /** Adds a delivery of each event to each subscription, in one statement and one transaction. */
  static void add(PreparedStatement adding, List<Sample> events, int subscriptions)
      throws SQLException {
    Connection connection = adding.getConnection();
    adding.setString(1, Sample.TYPE);
    adding.setInt(2, Sample.VERSION);
    adding.setArray(3, connection.createArrayOf("text", column(events, Sample::id)));
    adding.setArray(4, connection.createArrayOf("text", column(events, Sample::source)));
    adding.setArray(5, connection.createArrayOf("bytea", data(events)));
    adding.setArray(6, connection.createArrayOf("text", column(events, Sample::correlation)));
    adding.setArray(7, connection.createArrayOf("bigint", column(events, PostgresQueue::micros)));
    adding.setArray(8, connection.createArrayOf("text", column(events, Sample::key)));
    adding.setInt(9, subscriptions);
    int added = adding.executeUpdate();
    connection.commit();
    if (added != events.size() * subscriptions) {
      throw new SQLException("added " + added);
    }
  }

  private static Object[] column(List<Sample> events, Function<Sample, Object> value) {
    return events.stream().map(value).toArray();
  }

  /** The driver takes bytes in an array of just this type. */
  static byte[][] data(List<Sample> events) {
    return events.stream().map(Sample::data).toArray(byte[][]::new);
  }

  static Long micros(Sample event) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, event.time());
  }

  /** Takes the next deliveries of a subscription; they are gone for good with the commit. */
  static PreparedStatement taking(Connection connection, int subscription, int limit)
      throws SQLException {
    PreparedStatement taking = connection.prepareStatement(TAKE);
    taking.setInt(1, subscription);
    taking.setInt(2, subscription);
    taking.setInt(3, limit);
    return taking;
  }

  static long left(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery("SELECT count(*) FROM deliveries")) {
      long left = found.next() ? found.getLong(1) : 0;
      connection.commit();
      return left;
    }
  }
}
