package dev.rookery.redis;

import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.RookeryException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Waits for pushes to the tails of some partitions, in one blocking read for all of them; in a
 * cluster in one for each. It goes on from the last entry known, so that nothing between two reads
 * goes unsaid.
 */
final class TailWatch implements AutoCloseable {
  private static final int BLOCK_MILLIS = 500;
  private static final long PAUSE_NANOS = 500_000_000;

  private final Supplier<Redis> redis;
  private final List<Partition> partitions;
  private final List<Line> lines = new CopyOnWriteArrayList<>();
  private volatile boolean closed;

  TailWatch(Supplier<Redis> redis, List<Partition> partitions) {
    this.redis = redis;
    this.partitions = partitions;
  }

  void start(BiConsumer<Partition, Position> listener) {
    Thread.ofVirtual().name("rookery-redis-tail").start(() -> begin(listener));
  }

  /** Once the server answers it is known whether it is one of a cluster. */
  private void begin(BiConsumer<Partition, Position> listener) {
    while (!closed) {
      try {
        List<List<Partition>> groups =
            redis.get().hasOneSlot()
                ? List.of(partitions)
                : partitions.stream().map(List::of).toList();
        for (List<Partition> group : groups.subList(1, groups.size())) {
          Thread.ofVirtual()
              .name("rookery-redis-tail")
              .start(() -> new Watch(group, listener).run());
        }
        new Watch(groups.getFirst(), listener).run();
      } catch (RookeryException e) {
        pause();
      }
    }
  }

  private void pause() {
    LockSupport.parkNanos(closed ? 1 : PAUSE_NANOS);
  }

  @Override
  public void close() {
    closed = true;
    lines.forEach(Line::close);
  }

  /** The wait for the tails of one slot, or of one server. */
  private final class Watch {
    private final BiConsumer<Partition, Position> listener;
    private final Line line = redis.get().line();
    private final Map<String, Partition> byKey = new HashMap<>();
    private final Map<Partition, Position> ends = new HashMap<>();

    Watch(List<Partition> watched, BiConsumer<Partition, Position> listener) {
      this.listener = listener;
      watched.forEach(partition -> byKey.put(Keys.tail(partition), partition));
      lines.add(line);
    }

    void run() {
      while (!closed) {
        try {
          line.open();
          lookAround();
          while (!closed) {
            await();
          }
        } catch (JedisException | RookeryException e) {
          line.cut();
          pause();
        }
      }
      line.close();
    }

    private void lookAround() {
      byKey.forEach((key, partition) -> {
        Position end = end(key);
        ends.put(partition, end);
        listener.accept(partition, end);
      });
    }

    private void await() {
      CommandArguments read =
          new CommandArguments(Command.XREAD)
              .add("COUNT")
              .add(1)
              .add("BLOCK")
              .add(BLOCK_MILLIS)
              .add("STREAMS")
              .blocking();
      List<String> keys = List.copyOf(byKey.keySet());
      keys.forEach(read::key);
      keys.forEach(key -> read.add(Ids.of(ends.getOrDefault(byKey.get(key), Position.ZERO))));
      line.send(read);
      List<Reply> told = line.answer().list();
      for (Reply each : told) {
        String key = each.list().getFirst().text();
        Partition partition = Objects.requireNonNull(byKey.get(key));
        Position end = end(key);
        ends.put(partition, end);
        listener.accept(partition, end);
      }
      if (told.isEmpty()) {
        lookAround();
      }
    }

    private Position end(String key) {
      List<Reply> last = redis.get().call(Command.XREVRANGE, key, "+", "-", "COUNT", 1).list();
      return last.isEmpty()
          ? Position.ZERO
          : Ids.position(last.getFirst().list().getFirst().bytes());
    }
  }
}
