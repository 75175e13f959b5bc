package dev.rookery.embedded;

import dev.rookery.Partition;
import dev.rookery.StaleClaim;
import dev.rookery.spi.Claim;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Who works on what. Owner and epoch stand in the row of the cursor, so that they are compared and
 * changed in the transaction of what they protect. Renewals are counted in memory alone: a claim
 * does not outlive the one process that has the folder.
 */
final class Claims {
  private static final String COLUMNS = "subscription, partition, owner, epoch, ttl, clean";
  private static final String ALL = "SELECT " + COLUMNS + " FROM cursors WHERE subscription = ?";
  private static final String ONE = ALL + " AND partition = ?";
  private static final String TAKE =
      "UPDATE cursors SET owner = ?, epoch = ?, ttl = ?, clean = 0"
          + " WHERE subscription = ? AND partition = ?";
  private static final String RELEASE =
      "UPDATE cursors SET owner = '', clean = ?"
          + " WHERE subscription = ? AND partition = ? AND owner = ? AND epoch = ?";
  private static final String GREATEST =
      "SELECT coalesce(max(epoch), 0) FROM cursors WHERE subscription = ?";

  private final Map<Key, Renewals> renewals = new ConcurrentHashMap<>();

  private record Key(String subscription, Partition partition) {}

  private record Renewals(long epoch, long count) {}

  List<Claim> list(Session session, String subscription) throws SQLException {
    return session.list(this::read, ALL, subscription);
  }

  private Optional<Claim> find(Session session, String subscription, Partition partition)
      throws SQLException {
    return session.first(this::read, ONE, subscription, partition.toString());
  }

  private Claim read(ResultSet row) throws SQLException {
    Key key = new Key(row.getString(1), Partition.parse(row.getString(2)));
    long epoch = row.getLong(4);
    Renewals known = renewals.getOrDefault(key, new Renewals(epoch, 0));
    return new Claim(
        key.subscription,
        key.partition,
        row.getString(3),
        epoch,
        known.epoch == epoch ? known.count : 0,
        Duration.ofNanos(row.getLong(5)),
        row.getBoolean(6));
  }

  /** Takes a claim where that is allowed. */
  Optional<Claim> take(Session session, Claim wanted, Optional<Claim> seen) throws SQLException {
    Optional<Claim> present =
        find(session, wanted.subscription(), wanted.partition())
            .filter(now -> canBeTaken(now, wanted.owner(), seen));
    if (present.isEmpty()) {
      return Optional.empty();
    }
    long epoch = Math.max(present.get().epoch(), HighWater.get(session, HighWater.EPOCH)) + 1;
    session.update(
        TAKE,
        wanted.owner(),
        epoch,
        wanted.ttl().toNanos(),
        wanted.subscription(),
        wanted.partition().toString());
    return Optional.of(
        new Claim(
            wanted.subscription(),
            wanted.partition(),
            wanted.owner(),
            epoch,
            0,
            wanted.ttl(),
            present.get().clean()));
  }

  private static boolean canBeTaken(Claim now, String owner, Optional<Claim> seen) {
    return now.released()
        || now.owner().equals(owner)
        || seen.filter(then -> then.epoch() == now.epoch() && then.renewals() == now.renewals())
            .isPresent();
  }

  /** The claim with one renewal more, if it still is the caller's. */
  Optional<Claim> renew(Session session, Claim claim) throws SQLException {
    Optional<Claim> present =
        find(session, claim.subscription(), claim.partition()).filter(now -> isSame(now, claim));
    return present.map(now -> {
      long count = now.renewals() + 1;
      renewals.put(new Key(now.subscription(), now.partition()), new Renewals(now.epoch(), count));
      return new Claim(
          now.subscription(),
          now.partition(),
          now.owner(),
          now.epoch(),
          count,
          now.ttl(),
          claim.clean());
    });
  }

  private static boolean isSame(Claim now, Claim claim) {
    return !now.released() && now.owner().equals(claim.owner()) && now.epoch() == claim.epoch();
  }

  void release(Session session, Claim claim, boolean clean) throws SQLException {
    session.update(
        RELEASE,
        clean ? 1 : 0,
        claim.subscription(),
        claim.partition().toString(),
        claim.owner(),
        claim.epoch());
  }

  /** Sees to it that no epoch of the subscription is given again, before its rows are removed. */
  void forget(Session session, String subscription) throws SQLException {
    long greatest =
        session.first((ResultSet row) -> row.getLong(1), GREATEST, subscription).orElse(0L);
    HighWater.raise(session, HighWater.EPOCH, greatest);
  }

  /**
   * Compares within a transaction.
   *
   * @throws StaleClaim when it is no longer the caller's
   */
  void require(Session session, Claim claim) throws SQLException {
    if (find(session, claim.subscription(), claim.partition())
        .filter(now -> isSame(now, claim))
        .isEmpty()) {
      throw claim.stale();
    }
  }
}
