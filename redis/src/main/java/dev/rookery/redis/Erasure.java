package dev.rookery.redis;

import dev.rookery.BackendUnavailable;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.spi.Entry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import redis.clients.jedis.Protocol.Command;

/**
 * One erasure in one stream: it is copied without what is erased, and the copy takes its place. The
 * server needs room for both until then, and answers others between the slices.
 */
final class Erasure {
  private static final int SLICE = 1_000;
  private static final int ATTEMPTS = 5;

  private final Redis redis;
  private final EventFields fields;
  private final Partition partition;
  private final String key;
  private final String token;

  /**
   * @param token tells it from every other
   */
  Erasure(Redis redis, EventFields fields, Partition partition, String key, String token) {
    this.redis = redis;
    this.fields = fields;
    this.partition = partition;
    this.key = key;
    this.token = token;
  }

  void of(Collection<Position> positions) {
    List<String> ids = meant(new HashSet<>(positions));
    for (int attempt = 0; !ids.isEmpty() && !isDone(ids); attempt++) {
      if (attempt == ATTEMPTS) {
        throw new BackendUnavailable(
            "others erase in "
                + partition
                + " of "
                + redis.address()
                + " too, or delete entries of it; erase it once more");
      }
    }
  }

  /** The ids of the entries that are of the key and not erased yet. */
  private List<String> meant(Set<Position> positions) {
    List<String> ids = new ArrayList<>();
    String from = "-";
    String stream = Keys.of(partition).stream();
    while (ids.size() < positions.size()) {
      List<Reply> page = redis.call(Command.XRANGE, stream, from, "+", "COUNT", SLICE).list();
      for (Reply each : page) {
        Entry entry = fields.decode(each);
        if (entry instanceof Entry.Stored(var position, var event)
            && positions.contains(position)
            && event.key().equals(key)
            && !event.isErased()) {
          ids.add(Ids.of(position));
        }
        from = "(" + Ids.of(entry.position());
      }
      if (page.size() < SLICE) {
        return ids;
      }
    }
    return ids;
  }

  private boolean isDone(List<String> ids) {
    run("begin", List.of());
    for (int i = 0; i < ids.size(); i += SLICE) {
      run("add", ids.subList(i, Math.min(i + SLICE, ids.size())));
    }
    long answer = 0;
    while (answer == 0) {
      answer = run("copy", List.of(SLICE));
    }
    return answer > 0;
  }

  private long run(String what, List<?> more) {
    Keys keys = Keys.of(partition);
    Call call = Call.of(Scripts.Name.ERASE, keys.stream(), keys.copy(), keys.erasing());
    return redis.run(call.with(token, key, what).withAll(more)).number();
  }
}
