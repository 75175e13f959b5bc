package dev.rookery.embedded;

import dev.rookery.AcknowledgedEventsMissing;
import dev.rookery.Partition;
import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;

/** Compares what the database holds with what the mark says it held. */
final class MarkCheck {
  private static final System.Logger LOG = System.getLogger(MarkCheck.class.getName());

  private final Folder folder;
  private final Mark mark;

  MarkCheck(Folder folder, Mark mark) {
    this.folder = folder;
    this.mark = mark;
  }

  /**
   * Holds that no acknowledged event is gone.
   *
   * @throws AcknowledgedEventsMissing when some are
   */
  void requireAll(Partitions partitions) {
    Map<Partition, Long> missing = missing(partitions);
    if (!missing.isEmpty()) {
      throw new AcknowledgedEventsMissing(message(partitions, missing));
    }
  }

  private Map<Partition, Long> missing(Partitions partitions) {
    Map<Partition, Long> missing = new TreeMap<>(mark.last());
    missing
        .entrySet()
        .removeIf(marked -> partitions.tail(marked.getKey()).last() >= marked.getValue());
    return missing;
  }

  /** The partitions of the database. Where events are gone, their positions are taken for good. */
  Partitions complete(Session session) throws SQLException {
    Partitions partitions = Partitions.load(session);
    Map<Partition, Long> missing = missing(partitions);
    if (missing.isEmpty()) {
      session.commit();
      return partitions;
    }
    LOG.log(Level.WARNING, "accepted: {0}", message(partitions, missing));
    for (Partition partition : missing.keySet()) {
      if (partitions.find(partition).isEmpty()) {
        PartitionRow.create(session, partition);
      }
    }
    Partitions known = Partitions.load(session);
    for (Map.Entry<Partition, Long> each : missing.entrySet()) {
      fill(session, known.find(each.getKey()).orElseThrow(), each.getValue());
    }
    session.commit();
    return Partitions.load(session);
  }

  private String message(Partitions partitions, Map<Partition, Long> missing) {
    StringBuilder message = new StringBuilder("the log in " + folder.path());
    message.append(" has lost events whose receipts were given:");
    missing.forEach((partition, last) ->
        message
            .append(" positions ")
            .append(partitions.tail(partition).last() + 1)
            .append(" to ")
            .append(last)
            .append(" of ")
            .append(partition)
            .append(';'));
    return message
        .append(" restore the folder from a backup, or go on without them by opening file:")
        .append(folder.path())
        .append("?accept=missing once")
        .toString();
  }

  /**
   * Takes the lost positions, so that they are not given again: each gets an entry that says so;
   * where nothing else is left, they count as trimmed.
   */
  private static void fill(Session session, PartitionState state, long last) throws SQLException {
    Tail tail = state.working();
    if (tail.isEmpty()) {
      PartitionRow.of(state, last, tail.bytes(), Math.max(0, tail.newest())).update(session);
      return;
    }
    for (long position = tail.last() + 1; position <= last; position++) {
      EventRow.LOST.add(session, state.place(position), tail.newest(), tail.bytes());
    }
    EventRow.insertAdded(session);
  }
}
