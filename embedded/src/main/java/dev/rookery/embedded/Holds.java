package dev.rookery.embedded;

import dev.rookery.Partition;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The backups that are being read: trimming goes only as far as each of them has read. */
final class Holds {
  private final Set<LogSnapshot> held = ConcurrentHashMap.newKeySet();

  void add(LogSnapshot snapshot) {
    held.add(snapshot);
  }

  void remove(LogSnapshot snapshot) {
    held.remove(snapshot);
  }

  /** The last position of a partition that may go. */
  long floor(Partition partition) {
    return held.stream()
        .mapToLong(snapshot -> snapshot.readUpTo(partition))
        .min()
        .orElse(Long.MAX_VALUE);
  }
}
