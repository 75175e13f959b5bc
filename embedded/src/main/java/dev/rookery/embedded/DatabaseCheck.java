package dev.rookery.embedded;

import dev.rookery.Finding;
import dev.rookery.Finding.Where;
import dev.rookery.Position;
import dev.rookery.spi.Check;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/**
 * Looks through the database's own structure, and whether its tables agree. While SQLite checks the
 * structure it stays in one state of the database, and the write-ahead file grows with what is
 * published meanwhile; everything else is read in slices.
 */
final class DatabaseCheck {
  private static final int MOST_FINDINGS = 50;
  private static final int SLICE = 5_000;
  private static final String RESTORE =
      "restore a backup ('rookery restore FILE --bus EMPTY-PLACE'); nothing is deleted here";

  private static final String UNKNOWN_IDS =
      "SELECT e.place, i.place FROM events e LEFT JOIN ids i"
          + " ON i.id = e.id AND i.source = e.source AND i.number = ?"
          + " WHERE e.place > ? AND e.place <= ? AND e.id <> '' AND i.place IS NOT e.place"
          + " ORDER BY e.place";

  private final Folder folder;
  private final Readers readers;
  private final Partitions partitions;
  private final Check check;

  DatabaseCheck(Folder folder, Readers readers, Partitions partitions, Check check) {
    this.folder = folder;
    this.readers = readers;
    this.partitions = partitions;
    this.check = check;
  }

  void run() {
    structure();
    partitions.all().forEach(this::ids);
  }

  private void structure() {
    Where where = new Where.Store(folder.file(Store.DATABASE).toString());
    try (Session session = Session.reading(folder.file(Store.DATABASE))) {
      List<String> said =
          session.list(
              (ResultSet row) -> row.getString(1), "PRAGMA quick_check(" + MOST_FINDINGS + ")");
      said.stream()
          .filter(line -> !line.equals("ok"))
          .forEach(line -> check.found(Finding.damage(where, "SQLite says: " + line, RESTORE)));
    } catch (SQLException e) {
      check.found(Finding.damage(where, "SQLite cannot check it: " + e.getMessage(), RESTORE));
    }
  }

  /** An event whose id is not known to stand where it does would be stored twice. */
  private void ids(PartitionState state) {
    Tail tail = state.committed();
    for (long from = tail.trimmed(); from < tail.last(); from += SLICE) {
      ids(state, from, Math.min(tail.last(), from + SLICE));
      check.looked(0);
    }
  }

  private void ids(PartitionState state, long from, long upTo) {
    record Unknown(long position, long other) {}
    List<Unknown> all;
    try {
      all =
          readers.read(session ->
              session.list(
                  row ->
                      new Unknown(
                          PartitionState.positionOf(row.getLong(1)),
                          PartitionState.positionOf(row.getLong(2))),
                  UNKNOWN_IDS,
                  state.number(),
                  state.place(from),
                  state.place(upTo)));
    } catch (dev.rookery.DamagedLog e) {
      return; // The structure is damaged, as was told
    }
    for (Unknown each : all) {
      Position position = Position.of(each.position);
      check.found(
          Finding.damage(
              new Where.Log(state.partition(), position, position),
              each.other == 0
                  ? "its id is not among the ids: publishing it again would store it twice"
                  : "its id is that of the event at " + each.other + " too: it is stored twice",
              RESTORE));
    }
  }
}
