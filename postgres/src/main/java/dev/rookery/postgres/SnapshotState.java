package dev.rookery.postgres;

import static java.util.stream.Collectors.groupingBy;

import dev.rookery.Partition;
import dev.rookery.spi.Control;
import dev.rookery.spi.Piece;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What changes, as it is at one moment, and how far the events reached then.
 *
 * @param pieces settings, definitions and cursors
 */
record SnapshotState(List<Span> spans, List<Piece> pieces, LetterSpool letters) {
  /** One state for all statements of a transaction; within that alone, as pools demand. */
  static final String ONE_MOMENT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY";

  /**
   * A partition at the moment.
   *
   * @param after the last position that was trimmed
   * @param bytes of all events up to there
   */
  record Span(Partition partition, int number, long after, long bytes, long last) {
    private static Span read(ResultSet row) throws SQLException {
      return new Span(
          new Partition(row.getString(1), row.getInt(2)),
          row.getInt(3),
          row.getLong(4),
          row.getLong(5),
          row.getLong(6));
    }
  }

  /**
   * Reads it all in one short transaction.
   *
   * @param begin its first statement
   */
  static SnapshotState read(Database database, String begin) {
    return database.transaction(session -> {
      session.update(begin);
      List<Span> spans =
          session.list(
              Span::read,
              "SELECT stream, partition, number, trimmed, trimmed_bytes, last FROM"
                  + " rookery.partitions ORDER BY stream, partition");
      return new SnapshotState(spans, pieces(session), LetterSpool.fill(session));
    });
  }

  private static List<Piece> pieces(Session session) throws SQLException {
    List<Piece> pieces =
        new ArrayList<>(
            session.list(
                row -> new Piece.Setting(row.getString(1), row.getString(2)),
                "SELECT name, value FROM rookery.settings ORDER BY name"));
    Map<String, List<Piece.Progress>> cursors =
        Cursors.all(session).stream().collect(groupingBy(Piece.Progress::subscription));
    for (Control control : PostgresSubscriptions.list(session)) {
      pieces.add(new Piece.Definition(control.definition(), control.paused()));
      pieces.addAll(cursors.getOrDefault(control.definition().name(), List.of()));
    }
    return pieces;
  }
}
