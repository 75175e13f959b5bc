package dev.rookery.postgres;

import dev.rookery.ConfigDiffers;
import dev.rookery.InvalidInput;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/**
 * Sees to it that the tables are those that this Rookery knows. Flyway is only loaded where there
 * is something to do, so that a bot without the right to change tables needs neither.
 */
final class Migrations {
  /** The version of the last file in the folder. */
  static final int NEWEST = 7;

  private Migrations() {}

  static void apply(PostgresAddress address, Connections connections) throws SQLException {
    int version = version(address, connections);
    if (version > NEWEST) {
      throw new ConfigDiffers(
          address
              + " was written by a newer Rookery (version "
              + version
              + " of its tables, this one knows "
              + NEWEST
              + "); use that one");
    }
    if (version < NEWEST) {
      migrate(address, connections);
    }
  }

  /** The version of the tables; 0 where there are none. */
  private static int version(PostgresAddress address, Connections connections) throws SQLException {
    String history = '"' + address.schema() + "\".flyway_schema_history";
    try (Connection connection = connections.direct();
        Statement statement = connection.createStatement()) {
      try (ResultSet row = statement.executeQuery("SELECT to_regclass('" + history + "')")) {
        if (!row.next() || row.getString(1) == null) {
          return 0;
        }
      }
      try (ResultSet row =
          statement.executeQuery(
              "SELECT coalesce(max(version::integer), 0) FROM " + history + " WHERE success")) {
        return row.next() ? row.getInt(1) : 0;
      }
    }
  }

  private static void migrate(PostgresAddress address, Connections connections) {
    try {
      Flyway.configure(Migrations.class.getClassLoader())
          .dataSource(connections.directAndPatient())
          .schemas(address.schema())
          .defaultSchema(address.schema())
          .locations("classpath:dev/rookery/postgres/migrations")
          .failOnMissingLocations(true)
          .load()
          .migrate();
    } catch (FlywayException e) {
      throw new InvalidInput(
          "the tables in the schema "
              + address.schema()
              + " of "
              + address
              + " are missing or old, and could not be made; 'rookery acl postgresql' says who may:"
              + " "
              + String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
          e);
    }
  }
}
