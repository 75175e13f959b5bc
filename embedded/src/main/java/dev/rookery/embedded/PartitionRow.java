package dev.rookery.embedded;

import dev.rookery.DamagedLog;
import dev.rookery.Partition;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The row of a partition: what of it must outlive its events.
 *
 * @param trimmed the last position removed, 0 where none was
 * @param bytes the bytes of all events up to there
 * @param storedAt when the log took that event, in nanoseconds
 */
record PartitionRow(long number, Partition partition, long trimmed, long bytes, long storedAt) {
  private static final String ALL =
      "SELECT number, name, trimmed, trimmed_bytes, trimmed_at, checksum FROM partitions";

  static PartitionRow of(PartitionState state, long trimmed, long bytes, long storedAt) {
    return new PartitionRow(state.number(), state.partition(), trimmed, bytes, storedAt);
  }

  static List<PartitionRow> list(Session session) throws SQLException {
    return session.list(PartitionRow::read, ALL);
  }

  static Optional<PartitionRow> find(Session session, Partition partition) throws SQLException {
    return session.first(PartitionRow::read, ALL + " WHERE name = ?", partition.toString());
  }

  private static PartitionRow read(ResultSet row) throws SQLException {
    PartitionRow found =
        new PartitionRow(
            row.getLong(1),
            Partition.parse(row.getString(2)),
            row.getLong(3),
            row.getLong(4),
            row.getLong(5));
    if (found.checksum() != row.getLong(6)) {
      throw new DamagedLog(
          "what is stored of "
              + found.partition
              + " does not match its checksum; restore the folder from a backup");
    }
    return found;
  }

  /** Stores a partition that has no row yet, under the next number. */
  static PartitionRow create(Session session, Partition partition) throws SQLException {
    long number =
        session
            .first(
                (ResultSet row) -> row.getLong(1),
                "SELECT coalesce(max(number), 0) + 1 FROM partitions")
            .orElseThrow();
    PartitionRow created = new PartitionRow(number, partition, 0, 0, 0);
    session.update(
        "INSERT INTO partitions (number, name, checksum) VALUES (?, ?, ?)",
        number,
        partition.toString(),
        created.checksum());
    return created;
  }

  void update(Session session) throws SQLException {
    session.update(
        "UPDATE partitions SET trimmed = ?, trimmed_bytes = ?, trimmed_at = ?, checksum = ?"
            + " WHERE number = ?",
        trimmed,
        bytes,
        storedAt,
        checksum(),
        number);
  }

  private long checksum() {
    ByteBuffer numbers = ByteBuffer.allocate(32);
    numbers.putLong(number).putLong(trimmed).putLong(bytes).putLong(storedAt).flip();
    CRC32C crc = new CRC32C();
    crc.update(numbers);
    crc.update(partition.toString().getBytes(StandardCharsets.UTF_8));
    return crc.getValue();
  }
}
