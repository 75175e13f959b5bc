package dev.rookery.postgres;

import dev.rookery.EpochChanged;
import dev.rookery.Partition;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The numbers of partitions, which are made when they are used first. */
final class Partitions {
  private static final String FIND =
      "SELECT number FROM rookery.partitions WHERE stream = ? AND partition = ?";
  private static final String MAKE = "SELECT rookery.make_partition(?, ?)";

  private final Database database;
  private final Map<Partition, Integer> numbers = new ConcurrentHashMap<>();

  Partitions(Database database) {
    this.database = database;
  }

  /** Its number; empty where nothing was ever appended. */
  Optional<Integer> find(Partition partition) {
    Optional<Integer> known = Optional.ofNullable(numbers.get(partition));
    return known.isPresent() ? known : ask(FIND, partition);
  }

  /** Its number, given now where there was none. */
  int number(Partition partition) {
    return find(partition).or(() -> ask(MAKE, partition)).orElseThrow();
  }

  /** The same within a transaction, which may make it, and may be undone. */
  int number(Session session, Partition partition) throws SQLException {
    Optional<Integer> known = Optional.ofNullable(numbers.get(partition));
    return known.isPresent()
        ? known.get()
        : session
            .first((ResultSet row) -> row.getInt(1), MAKE, partition.stream(), partition.number())
            .orElseThrow();
  }

  private Optional<Integer> ask(String sql, Partition partition) {
    Optional<Integer> found =
        database.call(session ->
            session.first(
                (ResultSet row) -> row.getInt(1), sql, partition.stream(), partition.number()));
    found.ifPresent(number -> numbers.put(partition, number));
    return found;
  }

  /** What stands in the place of one that is gone. */
  EpochChanged gone(Partition partition) {
    return new EpochChanged(
        database.address()
            + " has no "
            + partition
            + " any more: an older state was restored, or the schema was emptied; open the bus"
            + " again to go on with what is there");
  }
}
