package dev.rookery.embedded;

import dev.rookery.PublishRejected;
import dev.rookery.spi.Environment;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Appends events to a partition. They wait in the transaction for those of the others; when it is
 * committed, each has its answer.
 */
final class AppendRows implements Write<List<Insertion>> {
  private static final int BYTES_PER_WEIGHT = 1_024;

  private final Folder folder;
  private final PartitionState state;
  private final List<EventRow> rows;
  private final Environment environment;

  AppendRows(Folder folder, PartitionState state, List<EventRow> rows, Environment environment) {
    this.folder = folder;
    this.state = state;
    this.rows = rows;
    this.environment = environment;
  }

  @Override
  public int weight() {
    int weight = 1;
    for (EventRow row : rows) {
      weight += 1 + row.size() / BYTES_PER_WEIGHT;
    }
    return weight;
  }

  @Override
  public List<Insertion> run(Transaction transaction) throws SQLException {
    long bytes = rows.stream().mapToLong(EventRow::size).sum();
    // Once in the write-ahead file, once in the database
    if (!transaction.takeRoom(folder, 2 * bytes)) {
      throw new PublishRejected(folder.shortOfRoom());
    }
    long clock = transaction.now(environment);
    List<Insertion> insertions = new ArrayList<>(rows.size());
    for (EventRow row : rows) {
      insertions.add(transaction.append(new Insertion(state, row, clock)));
    }
    return insertions;
  }
}
