package dev.rookery.embedded;

import dev.rookery.Partition;
import dev.rookery.spi.Claim;
import dev.rookery.spi.Control;
import dev.rookery.spi.Piece;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What changes, as pieces, but for the dead letters: settings, definitions and cursors. */
final class SnapshotState {
  private SnapshotState() {}

  static List<Piece> read(Session session) throws SQLException {
    List<Piece> pieces =
        new ArrayList<>(
            session.list(
                row -> new Piece.Setting(row.getString(1), row.getString(2)),
                "SELECT name, value FROM settings ORDER BY name"));
    Claims claims = new Claims();
    for (Control control : ControlRow.list(session)) {
      String name = control.definition().name();
      pieces.add(new Piece.Definition(control.definition(), control.paused()));
      Map<Partition, Long> epochs = new HashMap<>();
      for (Claim claim : claims.list(session, name)) {
        epochs.put(claim.partition(), claim.epoch());
      }
      for (CursorRow row : CursorRow.list(session, name)) {
        long epoch = epochs.getOrDefault(row.partition(), 0L);
        pieces.add(new Piece.Progress(name, row.partition(), row.cursor(), epoch));
      }
    }
    return pieces;
  }
}
