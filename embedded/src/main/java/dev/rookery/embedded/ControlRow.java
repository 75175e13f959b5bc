package dev.rookery.embedded;

import dev.rookery.Subscription;
import dev.rookery.spi.Control;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** The row of a subscription's definition. */
final class ControlRow {
  private static final String ALL =
      "SELECT name, paused, revision, definition, checksum FROM subscriptions";
  private static final String ONE = ALL + " WHERE name = ?";
  private static final String STORE =
      "INSERT OR REPLACE INTO subscriptions (name, paused, revision, definition, checksum)"
          + " VALUES (?, ?, ?, ?, ?)";

  private ControlRow() {}

  static List<Control> list(Session session) throws SQLException {
    return session.list(ControlRow::read, ALL + " ORDER BY name");
  }

  static Optional<Control> find(Session session, String name) throws SQLException {
    return session.first(ControlRow::read, ONE, name);
  }

  private static Control read(ResultSet row) throws SQLException {
    Subscription definition =
        Checked.read(Subscription.class, row.getBytes(4), row.getLong(5), owner(row.getString(1)));
    return new Control(definition, row.getBoolean(2), row.getLong(3));
  }

  private static String owner(String name) {
    return "the subscription " + name;
  }

  /** Stores a definition under the next revision, which rises over all subscriptions together. */
  static Control store(Session session, Subscription definition, boolean paused)
      throws SQLException {
    long revision = HighWater.next(session, HighWater.REVISION);
    Checked encoded = Checked.of(definition, owner(definition.name()));
    session.update(
        STORE, definition.name(), paused ? 1 : 0, revision, encoded.json(), encoded.checksum());
    return new Control(definition, paused, revision);
  }

  static boolean remove(Session session, String name) throws SQLException {
    return session.update("DELETE FROM subscriptions WHERE name = ?", name) == 1;
  }
}
