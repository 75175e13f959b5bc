package dev.rookery.redis;

import dev.rookery.Finding;
import dev.rookery.Finding.Where;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.spi.Check;
import java.util.Optional;
import redis.clients.jedis.Protocol.Command;

/**
 * Looks whether others removed entries of a stream. Positions do not subtract, so those that are
 * missing cannot be seen in those that are there; Redis counts what it ever took, and knows the
 * last entry that was deleted by its id.
 */
final class RemovedCheck {
  private final Redis redis;
  private final Partitions partitions;
  private final Partition partition;
  private final Check check;

  RemovedCheck(Redis redis, Partitions partitions, Partition partition, Check check) {
    this.redis = redis;
    this.partitions = partitions;
    this.partition = partition;
    this.check = check;
  }

  void run() {
    Tail tail = partitions.look(partition);
    if (tail.lost() == 0) {
      return;
    }
    Position deleted = lastDeleted();
    Position begin = tail.first().orElse(tail.last());
    boolean inside = deleted.isAfter(begin);
    check.found(
        Finding.damage(
            inside
                ? new Where.Log(partition, begin, deleted)
                : new Where.Log(partition, Position.ZERO, tail.taken()),
            "others removed "
                + tail.lost()
                + " events"
                + (inside ? ", the last of them inside the stream at " + deleted : "")
                + "; nobody knows whether they had been read",
            "let publishers write without MAXLEN and nobody call XDEL; what they removed is in"
                + " backups of Redis alone (docs/backup.md)"));
  }

  private Position lastDeleted() {
    return Optional.ofNullable(
            redis
                .call(Command.XINFO, "STREAM", Keys.of(partition).stream())
                .fields()
                .get("max-deleted-entry-id"))
        .map(id -> Ids.position(id.bytes()))
        .orElse(Position.ZERO);
  }
}
