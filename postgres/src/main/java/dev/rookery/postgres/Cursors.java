package dev.rookery.postgres;

import dev.rookery.DamagedLog;
import dev.rookery.InvalidInput;
import dev.rookery.Json;
import dev.rookery.Partition;
import dev.rookery.StaleClaim;
import dev.rookery.spi.Claim;
import dev.rookery.spi.Cursor;
import dev.rookery.spi.Piece;
import dev.rookery.spi.Place;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.core.JacksonException;

/**
 * Cursors and the claims on them, a row for each subscription's partition. Owner and epoch are
 * compared in the statement that changes what they protect.
 */
final class Cursors {
  private static final String CLAIM = "partition, owner, epoch, renewals, ttl, clean";
  private static final String HELD =
      " WHERE subscription = ? AND partition = ? AND owner = ? AND epoch = ? AND owner <> ''";
  private static final String INSERT =
      "INSERT INTO rookery.cursors (subscription, partition, floor, ordinal, cursor)"
          + " VALUES (?, ?, ?, ?, ?) ON CONFLICT (subscription, partition) DO ";
  private static final String REWIND =
      INSERT
          + "UPDATE SET floor = excluded.floor, ordinal = excluded.ordinal, cursor ="
          + " excluded.cursor, owner = '', epoch = nextval('rookery.epochs')";

  private static final String SAVE_FREE =
      "UPDATE rookery.cursors c SET floor = f.floor, ordinal = f.ordinal, cursor = f.cursor FROM"
          + " (SELECT s.* FROM unnest(?, ?, ?, ?, ?, ?, ?) WITH ORDINALITY AS s (subscription,"
          + " partition, owner, epoch, floor, ordinal, cursor, n) JOIN rookery.cursors h USING"
          + " (subscription, partition, owner, epoch) WHERE h.owner <> ''"
          + " FOR NO KEY UPDATE OF h SKIP LOCKED) f"
          + " WHERE c.subscription = f.subscription AND c.partition = f.partition RETURNING f.n";

  /** Waits for a trim that is under way, and no other work: see {@code trim_partition}. */
  private static final String HOLD_TRIMMING =
      "SELECT number FROM rookery.partitions WHERE stream = ? AND partition = ? FOR KEY SHARE";

  /** A cursor to be saved under a claim. */
  record Save(Claim claim, Cursor cursor) {}

  private Cursors() {}

  /** Makes cursors where there are none. */
  static void begin(Session session, String name, Map<Partition, Place> starts)
      throws SQLException {
    put(session, INSERT + "NOTHING", name, starts);
  }

  /** Moves cursors, and takes their claims away from the owners. */
  static void rewind(Session session, String name, Map<Partition, Place> to) throws SQLException {
    put(session, REWIND, name, to);
  }

  private static void put(Session session, String sql, String name, Map<Partition, Place> places)
      throws SQLException {
    for (Partition partition : places.keySet().stream().sorted().toList()) {
      Place place = places.getOrDefault(partition, Place.BEGINNING);
      session.list(row -> row, HOLD_TRIMMING, partition.stream(), partition.number());
      session.update(
          sql,
          name,
          partition.toString(),
          place.position().high(),
          place.ordinal(),
          json(Cursor.at(place)));
    }
  }

  private static String json(Cursor cursor) {
    return Json.MAPPER.writeValueAsString(cursor);
  }

  static List<Map.Entry<Partition, Cursor>> list(Session session, String name) throws SQLException {
    return session.list(
        row -> {
          Partition partition = Partition.parse(row.getString(1));
          return Map.entry(partition, parse(name, partition, row.getString(2)));
        },
        "SELECT partition, cursor FROM rookery.cursors WHERE subscription = ?",
        name);
  }

  /** All cursors, for a backup. */
  static List<Piece.Progress> all(Session session) throws SQLException {
    return session.list(
        row -> {
          String name = row.getString(1);
          Partition partition = Partition.parse(row.getString(2));
          Cursor cursor = parse(name, partition, row.getString(3));
          return new Piece.Progress(name, partition, cursor, row.getLong(4));
        },
        "SELECT subscription, partition, cursor, epoch FROM rookery.cursors ORDER BY subscription,"
            + " partition");
  }

  /** Puts a cursor of a backup where there is none. */
  static void put(Session session, Piece.Progress progress) throws SQLException {
    session.update(
        "INSERT INTO rookery.cursors (subscription, partition, epoch, floor, ordinal, cursor)"
            + " VALUES (?, ?, ?, ?, ?, ?)",
        progress.subscription(),
        progress.partition().toString(),
        progress.epoch(),
        progress.cursor().floor().position().high(),
        progress.cursor().floor().ordinal(),
        json(progress.cursor()));
  }

  private static Cursor parse(String name, Partition partition, String json) {
    try {
      return Json.MAPPER.readValue(json, Cursor.class);
    } catch (JacksonException e) {
      throw new DamagedLog(
          "what is stored of the cursor of "
              + name
              + " in "
              + partition
              + " cannot be read: "
              + InvalidInput.shown(e),
          e);
    }
  }

  static List<Claim> claims(Session session, String name) throws SQLException {
    return session.list(
        row -> claim(name, row),
        "SELECT " + CLAIM + " FROM rookery.cursors WHERE subscription = ?",
        name);
  }

  private static Claim claim(String name, ResultSet row) throws SQLException {
    return new Claim(
        name,
        Partition.parse(row.getString(1)),
        row.getString(2),
        row.getLong(3),
        row.getLong(4),
        Duration.ofNanos(row.getLong(5)),
        row.getBoolean(6));
  }

  /** Takes a claim where that is allowed; within a transaction. */
  static Optional<Claim> take(
      Session session,
      String name,
      Partition partition,
      String owner,
      Duration ttl,
      Optional<Claim> seen)
      throws SQLException {
    Optional<Claim> present =
        session
            .first(
                row -> claim(name, row),
                "SELECT "
                    + CLAIM
                    + " FROM rookery.cursors WHERE subscription = ? AND partition = ? FOR UPDATE",
                name,
                partition.toString())
            .filter(now -> canBeTaken(now, owner, seen));
    if (present.isEmpty()) {
      return Optional.empty();
    }
    return session.first(
        row ->
            new Claim(
                name,
                partition,
                owner,
                row.getLong(1),
                present.get().renewals(),
                ttl,
                present.get().clean()),
        "UPDATE rookery.cursors SET owner = ?, epoch = nextval('rookery.epochs'), ttl = ?,"
            + " clean = false WHERE subscription = ? AND partition = ? RETURNING epoch",
        owner,
        ttl.toNanos(),
        name,
        partition.toString());
  }

  private static boolean canBeTaken(Claim now, String owner, Optional<Claim> seen) {
    return now.released()
        || now.owner().equals(owner)
        || seen.filter(then -> then.epoch() == now.epoch() && then.renewals() == now.renewals())
            .isPresent();
  }

  static Optional<Claim> renew(Session session, Claim claim) throws SQLException {
    return session.first(
        row ->
            new Claim(
                claim.subscription(),
                claim.partition(),
                claim.owner(),
                claim.epoch(),
                row.getLong(1),
                claim.ttl(),
                claim.clean()),
        "UPDATE rookery.cursors SET renewals = renewals + 1" + HELD + " RETURNING renewals",
        held(claim));
  }

  private static Object[] held(Claim claim) {
    return new Object[] {
      claim.subscription(), claim.partition().toString(), claim.owner(), claim.epoch()
    };
  }

  static void release(Session session, Claim claim, boolean clean) throws SQLException {
    session.update("UPDATE rookery.cursors SET owner = '', clean = " + clean + HELD, held(claim));
  }

  static Optional<Cursor> load(Session session, Claim claim) throws SQLException {
    return session.first(
        row -> parse(claim.subscription(), claim.partition(), row.getString(1)),
        "SELECT cursor FROM rookery.cursors" + HELD,
        held(claim));
  }

  /** Saves the cursor if the claim is still the caller's, and says whether it was. */
  static boolean save(Session session, Claim claim, Cursor cursor) throws SQLException {
    return session.update(
            "UPDATE rookery.cursors SET floor = ?, ordinal = ?, cursor = ?" + HELD,
            cursor.floor().position().high(),
            cursor.floor().ordinal(),
            json(cursor),
            claim.subscription(),
            claim.partition().toString(),
            claim.owner(),
            claim.epoch())
        == 1;
  }

  /**
   * Saves those whose claims are still their callers' and which nobody else holds just now, and
   * says which those were. Whoever holds one keeps none of the others waiting.
   */
  static List<Boolean> saveFree(Session session, List<Save> saves) throws SQLException {
    Boolean[] done = new Boolean[saves.size()];
    Arrays.fill(done, false);
    session
        .list(
            row -> row.getInt(1),
            SAVE_FREE,
            column(session, "text", saves, save -> save.claim.subscription()),
            column(session, "text", saves, save -> save.claim.partition().toString()),
            column(session, "text", saves, save -> save.claim.owner()),
            column(session, "bigint", saves, save -> save.claim.epoch()),
            column(session, "bigint", saves, save -> save.cursor.floor().position().high()),
            column(session, "bigint", saves, save -> save.cursor.floor().ordinal()),
            column(session, "text", saves, save -> json(save.cursor)))
        .forEach(n -> done[n - 1] = true);
    return List.of(done);
  }

  private static Array column(
      Session session, String type, List<Save> saves, Function<Save, Object> value)
      throws SQLException {
    return session.array(type, saves.stream().map(value).toArray());
  }

  /**
   * Compares, and holds the claim until the transaction ends.
   *
   * @throws StaleClaim when it is no longer the caller's
   */
  static void require(Session session, Claim claim) throws SQLException {
    String sql = "SELECT epoch FROM rookery.cursors" + HELD + " FOR UPDATE";
    if (session.first((ResultSet row) -> row.getLong(1), sql, held(claim)).isEmpty()) {
      throw claim.stale();
    }
  }
}
