package dev.rookery.embedded;

import dev.rookery.Partition;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The partitions that the log knows, by name and by number. */
final class Partitions {
  private static final String KEPT =
      "SELECT place, total, stored_at FROM events WHERE place > ? AND place <= ? ORDER BY place ";

  private final Map<Partition, PartitionState> byName = new ConcurrentHashMap<>();
  private final Map<Long, PartitionState> byNumber = new ConcurrentHashMap<>();

  private record Kept(long position, long total, long storedAt) {
    static Kept read(ResultSet row) throws SQLException {
      return new Kept(PartitionState.positionOf(row.getLong(1)), row.getLong(2), row.getLong(3));
    }
  }

  /** Derives all from the tables. */
  static Partitions load(Session session) throws SQLException {
    Partitions partitions = new Partitions();
    for (PartitionRow row : PartitionRow.list(session)) {
      PartitionState empty = new PartitionState(row.partition(), row.number(), Tail.EMPTY);
      partitions.add(new PartitionState(row.partition(), row.number(), tail(session, row, empty)));
    }
    return partitions;
  }

  private static Tail tail(Session session, PartitionRow row, PartitionState state)
      throws SQLException {
    long after = state.place(row.trimmed());
    long upTo = state.lastPlace();
    Optional<Kept> first = session.first(Kept::read, KEPT + "LIMIT 1", after, upTo);
    Optional<Kept> last = session.first(Kept::read, KEPT + "DESC LIMIT 1", after, upTo);
    if (first.isEmpty() || last.isEmpty()) {
      long newest = row.trimmed() == 0 ? Long.MIN_VALUE : row.storedAt();
      return new Tail(row.trimmed(), row.bytes(), 0, row.trimmed(), row.bytes(), newest);
    }
    return new Tail(
        row.trimmed(),
        row.bytes(),
        first.get().storedAt,
        last.get().position,
        last.get().total,
        last.get().storedAt);
  }

  private void add(PartitionState state) {
    byNumber.put(state.number(), state);
    byName.put(state.partition(), state);
  }

  Collection<PartitionState> all() {
    return byName.values();
  }

  Optional<PartitionState> find(Partition partition) {
    return Optional.ofNullable(byName.get(partition));
  }

  Optional<PartitionState> find(long number) {
    return Optional.ofNullable(byNumber.get(number));
  }

  /** The partition's tail as it is committed; that of an empty one where it is not known. */
  Tail tail(Partition partition) {
    return find(partition).map(PartitionState::committed).orElse(Tail.EMPTY);
  }

  /**
   * The partition, made known where it is not. This is a write of its own, so that no event is ever
   * appended under a number that a rollback took away.
   */
  PartitionState of(Partition partition, Writer writer) {
    if (!byName.containsKey(partition)) {
      writer.write(transaction -> register(partition, transaction));
    }
    return find(partition).orElseThrow();
  }

  private PartitionRow register(Partition partition, Transaction transaction) throws SQLException {
    Session session = transaction.session();
    Optional<PartitionRow> known = PartitionRow.find(session, partition);
    PartitionRow row = known.isPresent() ? known.get() : PartitionRow.create(session, partition);
    transaction.afterCommit(() -> {
      if (!byName.containsKey(partition)) {
        add(new PartitionState(partition, row.number(), Tail.EMPTY));
      }
    });
    return row;
  }
}
