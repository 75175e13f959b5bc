package dev.rookery.postgres;

import dev.rookery.spi.Append;
import java.io.IOException;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A connection while it is used by one piece of work. */
final class Session {
  private final Connection connection;
  private final Schema schema;

  /** Makes something of the row that the results stand at. */
  interface Row<T> {
    T read(ResultSet row) throws SQLException;
  }

  /** Does something with the row that the results stand at. */
  interface Each {
    void read(ResultSet row) throws SQLException, IOException;
  }

  Session(Connection connection, Schema schema) {
    this.connection = connection;
    this.schema = schema;
  }

  /** Changes rows and says how many. */
  int update(String sql, @Nullable Object... values) throws SQLException {
    try (PreparedStatement statement = prepared(sql, values)) {
      return statement.executeUpdate();
    }
  }

  <T> List<T> list(Row<T> row, String sql, @Nullable Object... values) throws SQLException {
    try (PreparedStatement statement = prepared(sql, values);
        ResultSet rows = statement.executeQuery()) {
      List<T> found = new ArrayList<>();
      while (rows.next()) {
        found.add(row.read(rows));
      }
      return found;
    }
  }

  /** Reads rows as they come, so many at once; within a transaction. */
  void each(Each row, int atOnce, String sql) throws SQLException, IOException {
    try (PreparedStatement statement = prepared(sql)) {
      statement.setFetchSize(atOnce);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          row.read(rows);
        }
      }
    }
  }

  <T> Optional<T> first(Row<T> row, String sql, @Nullable Object... values) throws SQLException {
    return list(row, sql, values).stream().findFirst();
  }

  /** An array as a value; its elements may be missing. */
  Array array(String type, @Nullable Object... elements) throws SQLException {
    return connection.createArrayOf(type, elements);
  }

  /** A batch of events as a value. */
  DraftArray drafts(List<Append> batch) throws SQLException {
    return DraftArray.of(connection, schema, batch);
  }

  private PreparedStatement prepared(String sql, @Nullable Object... values) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(schema.sql(sql));
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
    return statement;
  }
}
