package dev.rookery.embedded;

import dev.rookery.spi.Environment;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Removes a slice of a partition's oldest events. Their ids stay while the window of ids is open:
 * they become orphans, which a later slice removes.
 */
final class TrimSlice implements Write<Long> {
  private static final int ROWS = 1_000;
  private static final long BYTES = 8 * 1024 * 1024;
  private static final String OLDEST =
      "SELECT place, stored_at, total, id, source FROM events"
          + " WHERE place > ? AND place <= ? ORDER BY place LIMIT ?";
  private static final String FORGET = "DELETE FROM ids WHERE id = ? AND source = ? AND number = ?";
  private static final String ORPHAN =
      "INSERT INTO orphan_ids (place, stored_at, id, source) VALUES (?, ?, ?, ?)";
  private static final String NO_ORPHAN = "DELETE FROM orphan_ids WHERE place = ?";
  private static final String ORPHANS =
      "SELECT place, stored_at, 0, id, source FROM orphan_ids"
          + " WHERE place > ? AND place <= ? ORDER BY place LIMIT ?";

  private final PartitionState state;
  private final Optional<Duration> age;
  private final Optional<Long> keepBytes;
  private final Optional<String> keeper;
  private final Duration idWindow;
  private final Environment environment;
  private final Holds holds;

  private record Old(long place, long storedAt, long total, String id, String source) {
    static Old read(ResultSet row) throws SQLException {
      return new Old(
          row.getLong(1), row.getLong(2), row.getLong(3), row.getString(4), row.getString(5));
    }
  }

  TrimSlice(
      PartitionState state,
      Optional<Duration> age,
      Optional<Long> keepBytes,
      Optional<String> keeper,
      Duration idWindow,
      Environment environment,
      Holds holds) {
    this.state = state;
    this.age = age;
    this.keepBytes = keepBytes;
    this.keeper = keeper;
    this.idWindow = idWindow;
    this.environment = environment;
    this.holds = holds;
  }

  @Override
  public int weight() {
    return ROWS;
  }

  @Override
  public Long run(Transaction transaction) throws SQLException {
    transaction.insertAppends();
    Instant now = environment.now();
    long windowBegins = Nanos.of(now.minus(idWindow));
    List<Old> slice = slice(transaction.session(), now);
    forgetOrphans(transaction.session(), windowBegins);
    if (!slice.isEmpty()) {
      // Zeros on whole pages that become free would double what trimming writes
      transaction.session().execute("PRAGMA secure_delete = FAST");
      remove(transaction, slice, windowBegins);
      transaction.session().execute("PRAGMA secure_delete = ON");
    }
    return (long) slice.size();
  }

  private List<Old> slice(Session session, Instant now) throws SQLException {
    Tail tail = state.working();
    long tooOld = age.map(limit -> Nanos.of(now.minus(limit))).orElse(Long.MIN_VALUE);
    long tooFar = keepBytes.map(kept -> tail.bytes() - kept).orElse(Long.MIN_VALUE);
    if (tail.isEmpty() || tail.oldest() >= tooOld && tail.trimmedBytes() >= tooFar) {
      return List.of();
    }
    long needed =
        Math.min(
            CursorRow.needlessUpTo(session, state.partition(), keeper),
            holds.floor(state.partition()));
    long floor = Math.min(needed, tail.last());
    List<Old> slice = new ArrayList<>();
    long begin = tail.trimmedBytes();
    for (Old old :
        session.list(Old::read, OLDEST, state.place(tail.trimmed()), state.place(floor), ROWS)) {
      boolean due = old.storedAt < tooOld || old.total <= tooFar;
      if (!due || !slice.isEmpty() && old.total - begin > BYTES) {
        break;
      }
      slice.add(old);
    }
    return slice;
  }

  private void remove(Transaction transaction, List<Old> slice, long windowBegins)
      throws SQLException {
    Session session = transaction.session();
    Old last = slice.getLast();
    long before = state.place(state.working().trimmed());
    Conversations.forget(session, before, last.place);
    session.update("DELETE FROM events WHERE place > ? AND place <= ?", before, last.place);
    for (Old old : slice) {
      if (old.storedAt < windowBegins) {
        session.add(FORGET, old.id, old.source, state.number());
      } else {
        session.add(ORPHAN, old.place, old.storedAt, old.id, old.source);
      }
    }
    session.runAdded(FORGET);
    session.runAdded(ORPHAN);
    long position = PartitionState.positionOf(last.place);
    PartitionRow.of(state, position, last.total, last.storedAt).update(session);
    transaction.move(state, state.working().trimmedTo(position, last.total, oldest(session, last)));
  }

  private long oldest(Session session, Old last) throws SQLException {
    return session
        .first(Old::read, OLDEST, last.place, state.lastPlace(), 1)
        .map(Old::storedAt)
        .orElse(last.storedAt);
  }

  private void forgetOrphans(Session session, long windowBegins) throws SQLException {
    if (orphans(session, 1).stream().allMatch(first -> first.storedAt >= windowBegins)) {
      return;
    }
    for (Old orphan : orphans(session, ROWS)) {
      if (orphan.storedAt < windowBegins) {
        session.add(FORGET, orphan.id, orphan.source, state.number());
        session.add(NO_ORPHAN, orphan.place);
      }
    }
    session.runAdded(FORGET);
    session.runAdded(NO_ORPHAN);
  }

  private List<Old> orphans(Session session, int limit) throws SQLException {
    return session.list(Old::read, ORPHANS, state.place(0), state.lastPlace(), limit);
  }
}
