package dev.rookery.redis;

import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.spi.Cursor;
import dev.rookery.spi.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import redis.clients.jedis.Protocol.Command;

/**
 * Consumer groups that others made in the place of a subscription's own.
 *
 * <p>What such a group has pending is not settled, all else that it was given is: the cursor's
 * floor stands before the oldest that is pending, with ranges between those that are.
 */
final class NativeGroups {
  private static final int PAGE = 1_000;

  private final Redis redis;
  private final RedisLog log;

  NativeGroups(Redis redis, RedisLog log) {
    this.redis = redis;
    this.log = log;
  }

  Optional<Adoption> find(String subscription, Partition partition) {
    String stream = Keys.of(partition).stream();
    if (redis.call(Command.EXISTS, stream).number() == 0) {
      return Optional.empty();
    }
    for (Reply group : redis.call(Command.XINFO, "GROUPS", stream).list()) {
      Map<String, Reply> fields = group.fields();
      if (field(fields, "name").text().equals(Keys.group(subscription))) {
        return Optional.of(adoption(subscription, partition, fields));
      }
    }
    return Optional.empty();
  }

  private static Reply field(Map<String, Reply> fields, String name) {
    return Objects.requireNonNull(fields.get(name), name);
  }

  private Adoption adoption(String subscription, Partition partition, Map<String, Reply> fields) {
    String given = field(fields, "last-delivered-id").text();
    List<Position> pending = pending(Keys.group(subscription), Keys.of(partition).stream());
    Position last = Ids.position(field(fields, "last-delivered-id").bytes());
    if (pending.isEmpty()) {
      return new Adoption(Cursor.at(log.after(partition, last)), given, 0);
    }
    Place floor = log.after(partition, below(pending.getFirst()));
    List<Cursor.Range> settled = new ArrayList<>();
    for (int i = 0; i < pending.size(); i++) {
      boolean isLast = i + 1 == pending.size();
      Position to = isLast ? last : below(pending.get(i + 1));
      range(partition, pending.get(i), to).ifPresent(settled::add);
    }
    Cursor cursor = new Cursor(floor, settled, Map.of(), Map.of(), 0);
    return new Adoption(cursor, given, pending.size());
  }

  private List<Position> pending(String group, String stream) {
    List<Position> ids = new ArrayList<>();
    String from = "-";
    while (true) {
      List<Reply> page = redis.call(Command.XPENDING, stream, group, from, "+", PAGE).list();
      page.forEach(each -> ids.add(Ids.position(each.list().getFirst().bytes())));
      if (page.size() < PAGE) {
        return ids;
      }
      from = "(" + Ids.of(ids.getLast());
    }
  }

  private static Position below(Position position) {
    return position.low() > 0
        ? new Position(position.high(), position.low() - 1)
        : new Position(position.high() - 1, Long.MAX_VALUE);
  }

  /** What stands after an entry up to another. */
  private Optional<Cursor.Range> range(Partition partition, Position after, Position upTo) {
    String stream = Keys.of(partition).stream();
    String bound = "(" + Ids.of(after);
    List<Reply> first = redis.call(Command.XRANGE, stream, bound, Ids.of(upTo), "COUNT", 1).list();
    if (first.isEmpty()) {
      return Optional.empty();
    }
    List<Reply> last =
        redis.call(Command.XREVRANGE, stream, Ids.of(upTo), bound, "COUNT", 1).list();
    return Optional.of(new Cursor.Range(id(first), id(last), log.count(partition, after, upTo)));
  }

  private static Position id(List<Reply> entries) {
    return Ids.position(entries.getFirst().list().getFirst().bytes());
  }
}
