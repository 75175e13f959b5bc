package dev.rookery.embedded;

import dev.rookery.Partition;
import dev.rookery.spi.Claim;
import dev.rookery.spi.Cursor;
import dev.rookery.spi.Place;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A cursor and its row, encoded by the caller's thread. Its floor is a column too, for trimming;
 * the checksum covers both.
 */
final class CursorRow {
  private static final String COLUMNS = "subscription, partition, floor, cursor, checksum";
  private static final String INSERT =
      "INSERT INTO cursors (" + COLUMNS + ") VALUES (?, ?, ?, ?, ?) ON CONFLICT DO ";
  private static final String BEGIN = INSERT + "NOTHING";
  private static final String REWIND =
      INSERT
          + "UPDATE SET floor = excluded.floor, cursor = excluded.cursor,"
          + " checksum = excluded.checksum, owner = '', epoch = epoch + 1";
  private static final String SAVE =
      "UPDATE cursors SET floor = ?, cursor = ?, checksum = ?"
          + " WHERE subscription = ? AND partition = ? AND owner = ? AND epoch = ?"
          + " AND owner <> ''";
  private static final String ALL = "SELECT " + COLUMNS + " FROM cursors WHERE subscription = ?";
  private static final String LOAD =
      ALL + " AND partition = ? AND owner = ? AND epoch = ? AND owner <> ''";
  private static final String FLOORS = "SELECT " + COLUMNS + " FROM cursors WHERE partition = ?";

  private final String subscription;
  private final Partition partition;
  private final Cursor cursor;
  private final Checked encoded;

  private CursorRow(String subscription, Partition partition, Cursor cursor, Checked encoded) {
    this.subscription = subscription;
    this.partition = partition;
    this.cursor = cursor;
    this.encoded = encoded;
  }

  static CursorRow of(String subscription, Partition partition, Cursor cursor) {
    String owner = owner(subscription, partition.toString(), floor(cursor));
    return new CursorRow(subscription, partition, cursor, Checked.of(cursor, owner));
  }

  static List<CursorRow> fresh(String subscription, Map<Partition, Place> places) {
    return places.entrySet().stream()
        .map(each -> of(subscription, each.getKey(), Cursor.at(each.getValue())))
        .toList();
  }

  private static long floor(Cursor cursor) {
    return cursor.floor().position().high();
  }

  private static String owner(String subscription, String partition, long floor) {
    return "the cursor of " + subscription + " in " + partition + ", its floor " + floor;
  }

  private static CursorRow read(ResultSet row) throws SQLException {
    Cursor cursor = Checked.read(Cursor.class, row.getBytes(4), row.getLong(5), owner(row));
    Partition partition = Partition.parse(row.getString(2));
    return new CursorRow(
        row.getString(1), partition, cursor, Checked.stored(row.getBytes(4), row.getLong(5)));
  }

  private static String owner(ResultSet row) throws SQLException {
    return owner(row.getString(1), row.getString(2), row.getLong(3));
  }

  Partition partition() {
    return partition;
  }

  Cursor cursor() {
    return cursor;
  }

  static List<CursorRow> list(Session session, String subscription) throws SQLException {
    return session.list(CursorRow::read, ALL, subscription);
  }

  /** The cursor, if the claim is still the caller's. */
  static Optional<CursorRow> load(Session session, Claim claim) throws SQLException {
    return session.first(
        CursorRow::read,
        LOAD,
        claim.subscription(),
        claim.partition().toString(),
        claim.owner(),
        claim.epoch());
  }

  /**
   * The last position that every subscription has settled, or that of the keeper if it has settled
   * more; all there are where none reads.
   */
  static long needlessUpTo(Session session, Partition partition, Optional<String> keeper)
      throws SQLException {
    long least = Long.MAX_VALUE;
    long kept = 0;
    for (Floor floor : session.list(Floor::read, FLOORS, partition.toString())) {
      least = Math.min(least, floor.position);
      kept = keeper.filter(floor.subscription::equals).isPresent() ? floor.position : kept;
    }
    return Math.max(least, kept);
  }

  private record Floor(String subscription, long position) {
    static Floor read(ResultSet row) throws SQLException {
      Checked.require(row.getBytes(4), row.getLong(5), owner(row));
      return new Floor(row.getString(1), row.getLong(3));
    }
  }

  /** Makes the cursor where there is none. */
  void begin(Session session) throws SQLException {
    put(session, BEGIN);
  }

  /** Moves the cursor, and takes the claim away from its owner. */
  void rewind(Session session) throws SQLException {
    put(session, REWIND);
  }

  private void put(Session session, String sql) throws SQLException {
    session.update(
        sql, subscription, partition.toString(), floor(cursor), encoded.json(), encoded.checksum());
  }

  /** Saves the cursor if the claim is still the caller's, and says whether it was. */
  boolean save(Session session, Claim claim) throws SQLException {
    return session.update(
            SAVE,
            floor(cursor),
            encoded.json(),
            encoded.checksum(),
            subscription,
            partition.toString(),
            claim.owner(),
            claim.epoch())
        == 1;
  }
}
