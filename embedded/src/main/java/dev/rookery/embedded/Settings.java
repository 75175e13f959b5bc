package dev.rookery.embedded;

import java.sql.SQLException;
import java.util.Optional;

/** Named texts that are changed by compare and set. */
final class Settings {
  private final Writer writer;
  private final Readers readers;

  Settings(Writer writer, Readers readers) {
    this.writer = writer;
    this.readers = readers;
  }

  /** Refused by a log that has stopped: who asks what all agree on wants to work with it. */
  Optional<String> get(String name) {
    writer.requireRunning();
    return readers.read(session -> get(session, name));
  }

  private static Optional<String> get(Session session, String name) throws SQLException {
    return session.first(
        row -> row.getString(1), "SELECT value FROM settings WHERE name = ?", name);
  }

  boolean change(String name, Optional<String> seen, String value) {
    return writer.write(transaction -> {
      Session session = transaction.session();
      boolean same = get(session, name).equals(seen);
      if (same) {
        session.update("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", name, value);
      }
      return same;
    });
  }
}
