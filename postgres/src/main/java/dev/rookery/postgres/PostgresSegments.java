package dev.rookery.postgres;

import dev.rookery.NotFound;
import dev.rookery.spi.SegmentStore;
import java.sql.ResultSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** An archive's pieces, a row each, beside a log or in a schema of their own. */
final class PostgresSegments implements SegmentStore {
  private static final String PUT =
      "INSERT INTO rookery.pieces (name, bytes) VALUES (?, ?)"
          + " ON CONFLICT (name) DO UPDATE SET bytes = excluded.bytes";

  private final Database database;

  PostgresSegments(Database database) {
    this.database = database.patient();
  }

  @Override
  public void put(String name, byte[] bytes) {
    database.call(session -> session.update(PUT, name, bytes));
  }

  @Override
  public List<String> names() {
    return database.call(session ->
        session.list((ResultSet row) -> row.getString(1), "SELECT name FROM rookery.pieces"));
  }

  @Override
  public Map<String, Long> sizes() {
    Map<String, Long> sizes = new HashMap<>();
    database.call(session ->
        session.list(
            (ResultSet row) -> sizes.put(row.getString(1), row.getLong(2)),
            "SELECT name, octet_length(bytes) FROM rookery.pieces"));
    return sizes;
  }

  @Override
  public byte[] read(String name) {
    return read(name, Integer.MAX_VALUE);
  }

  @Override
  public byte[] read(String name, int mostBytes) {
    return database
        .call(session ->
            session.first(
                (ResultSet row) -> row.getBytes(1),
                "SELECT substring(bytes FROM 1 FOR ?) FROM rookery.pieces WHERE name = ?",
                mostBytes,
                name))
        .orElseThrow(() -> new NotFound("there is no " + place(name)));
  }

  @Override
  public void remove(String name) {
    database.call(session -> session.update("DELETE FROM rookery.pieces WHERE name = ?", name));
  }

  @Override
  public String place(String name) {
    return "'" + name + "' in " + database.schema().name() + ".pieces of " + database.address();
  }

  @Override
  public String renaming(String name, String to) {
    return "UPDATE %s.pieces SET name = '%s' WHERE name = '%s'"
        .formatted(database.schema().name(), to, name);
  }

  @Override
  public String toString() {
    return database.address().toString();
  }

  @Override
  public void close() {
    database.close();
  }
}
