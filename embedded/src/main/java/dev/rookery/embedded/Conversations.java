package dev.rookery.embedded;

import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which events belong to a conversation. Those that begin one carry its name as their id and are
 * found by it; only the others have a row of their own, so that an event without a cause costs
 * nothing more. The rows hold the name itself and no hash of it: ids of the usual kind rise with
 * time, so that new rows stand side by side.
 */
final class Conversations {
  static final String TABLE =
      """
      CREATE TABLE conversations (
        correlation TEXT NOT NULL, -- of an event whose id is another
        place       INTEGER NOT NULL,
        PRIMARY KEY (correlation, place)
      ) WITHOUT ROWID
      """;
  static final String INSERT =
      "INSERT INTO conversations (correlation, place) VALUES (?, ?) ON CONFLICT DO NOTHING";

  private static final String FORGET =
      "DELETE FROM conversations WHERE correlation = ? AND place = ?";

  /** As much of a body as its beginning up to the correlation takes. */
  private static final String HEADS =
      "SELECT place, substr(body, 1, 4096) FROM events WHERE place > ? AND place <= ?";

  private static final String PLACES =
      "SELECT place FROM conversations WHERE correlation = ? AND place > ? AND place <= ?"
          + " UNION SELECT place FROM ids WHERE id = ? AND number = ? AND place > ? AND place <= ?"
          + " ORDER BY place LIMIT ?";

  private Conversations() {}

  /** The positions of a conversation's events after one and up to another, rising. */
  static List<Long> positions(
      Session session, PartitionState state, String name, long after, long last, int limit)
      throws SQLException {
    long from = state.place(after);
    long to = state.place(last);
    return session.list(
        (ResultSet row) -> PartitionState.positionOf(row.getLong(1)),
        PLACES,
        name,
        from,
        to,
        name,
        state.number(),
        from,
        to,
        limit);
  }

  /** Adds the rows of events that were stored before there was such a table. */
  static void complete(Session session) throws SQLException {
    change(session, INSERT, Long.MIN_VALUE, Long.MAX_VALUE);
  }

  /** Removes the rows of events that are about to go: those after a place and up to another. */
  static void forget(Session session, long after, long last) throws SQLException {
    change(session, FORGET, after, last);
  }

  private static void change(Session session, String sql, long after, long last)
      throws SQLException {
    try (ResultSet rows = session.rows(HEADS, after, last)) {
      while (rows.next()) {
        long place = rows.getLong(1);
        String name = nameIn(rows.getBytes(2));
        if (!name.isEmpty()) {
          session.update(sql, name, place);
        }
      }
    }
  }

  /** The name in a body, empty where the event began the conversation, or where it is damaged. */
  private static String nameIn(byte @Nullable [] head) {
    try {
      return head == null ? "" : EventBody.correlation(head);
    } catch (IllegalArgumentException e) {
      return "";
    }
  }

  static int size(String name) {
    return name.isEmpty() ? 0 : name.getBytes(StandardCharsets.UTF_8).length + 12;
  }
}
