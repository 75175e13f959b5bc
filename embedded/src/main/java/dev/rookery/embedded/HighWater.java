package dev.rookery.embedded;

import java.sql.ResultSet;
import java.sql.SQLException;

/** Numbers that must not fall, even where what they were given to is removed. */
final class HighWater {
  static final String EPOCH = "epoch";
  static final String REVISION = "revision";

  private HighWater() {}

  static long get(Session session, String name) throws SQLException {
    return session
        .first(
            (ResultSet row) -> row.getLong(1), "SELECT value FROM high_water WHERE name = ?", name)
        .orElse(0L);
  }

  static long next(Session session, String name) throws SQLException {
    raise(session, name, get(session, name) + 1);
    return get(session, name);
  }

  static void raise(Session session, String name, long atLeast) throws SQLException {
    session.update(
        "INSERT INTO high_water (name, value) VALUES (?, ?)"
            + " ON CONFLICT DO UPDATE SET value = max(value, excluded.value)",
        name,
        atLeast);
  }
}
