package dev.rookery.embedded;

import dev.rookery.Partition;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The partitions that the log knows, by name and by number. */
final class Partitions {
  private final Map<Partition, PartitionState> byName = new ConcurrentHashMap<>();
  private final Map<Long, PartitionState> byNumber = new ConcurrentHashMap<>();

  private record Row(long number, String name, long trimmed, long bytes, long at) {}

  /** Derives all from the tables. */
  static Partitions load(Session session) throws SQLException {
    Partitions partitions = new Partitions();
    List<Row> rows =
        session.list(
            row ->
                new Row(
                    row.getLong(1),
                    row.getString(2),
                    row.getLong(3),
                    row.getLong(4),
                    row.getLong(5)),
            "SELECT number, name, trimmed, trimmed_bytes, trimmed_at FROM partitions");
    for (Row row : rows) {
      Partition name = Partition.parse(row.name);
      partitions.add(new PartitionState(name, row.number, tail(session, row)));
    }
    return partitions;
  }

  private static Tail tail(Session session, Row row) throws SQLException {
    PartitionState any = new PartitionState(Partition.parse(row.name), row.number, Tail.EMPTY);
    Tail trimmed =
        new Tail(
            row.trimmed,
            row.bytes,
            row.at,
            row.trimmed,
            row.bytes,
            row.trimmed == 0 ? Long.MIN_VALUE : row.at);
    Optional<Long> oldest =
        session.first(
            (ResultSet found) -> found.getLong(1),
            "SELECT stored_at FROM events WHERE place > ? AND place <= ? ORDER BY place LIMIT 1",
            any.place(row.trimmed),
            any.lastPlace());
    return session
        .first(
            found ->
                new Tail(
                    row.trimmed,
                    row.bytes,
                    oldest.orElse(row.at),
                    PartitionState.positionOf(found.getLong(1)),
                    found.getLong(2),
                    found.getLong(3)),
            "SELECT place, total, stored_at FROM events WHERE place > ? AND place <= ?"
                + " ORDER BY place DESC LIMIT 1",
            any.place(row.trimmed),
            any.lastPlace())
        .orElse(trimmed);
  }

  private void add(PartitionState state) {
    byNumber.put(state.number(), state);
    byName.put(state.partition(), state);
  }

  Optional<PartitionState> find(Partition partition) {
    return Optional.ofNullable(byName.get(partition));
  }

  Optional<PartitionState> find(long number) {
    return Optional.ofNullable(byNumber.get(number));
  }

  Collection<PartitionState> all() {
    return byName.values();
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

  private long register(Partition partition, Transaction transaction) throws SQLException {
    Session session = transaction.session();
    String name = partition.toString();
    session.update("INSERT INTO partitions (name) VALUES (?) ON CONFLICT DO NOTHING", name);
    long number =
        session
            .first(
                (ResultSet row) -> row.getLong(1),
                "SELECT number FROM partitions WHERE name = ?",
                name)
            .orElseThrow();
    transaction.afterCommit(() -> {
      if (!byName.containsKey(partition)) {
        add(new PartitionState(partition, number, Tail.EMPTY));
      }
    });
    return number;
  }
}
