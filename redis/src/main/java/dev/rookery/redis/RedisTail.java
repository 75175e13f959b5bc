package dev.rookery.redis;

import dev.rookery.BusConfig;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.spi.Entry;
import dev.rookery.spi.Tail;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Protocol.Command;

/**
 * A tail in streams, {@code rookery:tail:<stream>:<n>}, whose ids are the log's positions: {@code
 * 42-0}. So Redis itself refuses what is there already, and whoever reads sees what is missing.
 *
 * <p>It connects when it is first asked, and again after every failure.
 */
final class RedisTail implements Tail {
  private static final int LARGEST_PAGE = 1_000;

  /** What a partition may take, so that large events do not fill a small server. */
  private static final long MOST_BYTES = 32L << 20;

  private static final long LEAST_ENTRIES = 100;

  private final RedisAddress address;
  private final long length;
  private final TailFields fields = new TailFields();
  private final Scripts scripts;
  private final AtomicReference<@Nullable Redis> connected = new AtomicReference<>();
  private final TailWatch watch;
  private volatile long averageBytes = 1_024;
  private volatile boolean closed;

  RedisTail(RedisAddress address, BusConfig config, long length, Scripts scripts) {
    this.address = address;
    this.length = length;
    this.scripts = scripts;
    this.watch = new TailWatch(this::redis, config.partitions());
  }

  @Override
  public String name() {
    return address.toString();
  }

  private Redis redis() {
    Redis present = connected.get();
    if (present != null) {
      return present;
    }
    Redis fresh = Dial.QUICK.connect(address, scripts);
    if (closed || !connected.compareAndSet(null, fresh)) {
      fresh.close();
      return closed ? fresh : redis();
    }
    return fresh;
  }

  @Override
  public End push(Partition partition, long epoch, Position expectedLast, List<Entry> entries) {
    boolean goesOn = entries.getFirst().position().high() == expectedLast.high() + 1;
    Call call =
        Call.of(Scripts.Name.PUSH, Keys.tail(partition))
            .with(epoch, Ids.of(expectedLast), goesOn ? 1 : 0, mostEntries(), entries.size());
    long bytes = 0;
    for (Entry entry : entries) {
      List<Object> texts = fields.encode(epoch, entry);
      call.with(Ids.of(entry.position()), texts.size()).withAll(texts);
      bytes += entry.sizeBytes();
    }
    averageBytes = Math.max(200, (averageBytes * 7 + bytes / entries.size()) / 8);
    List<Reply> answer = redis().run(call).list();
    return new End(
        answer.get(0).number(), Ids.position(answer.get(1).bytes()), answer.get(2).number() == 1);
  }

  private long mostEntries() {
    return Math.min(length, Math.max(LEAST_ENTRIES, MOST_BYTES / averageBytes));
  }

  @Override
  public List<Entry> read(
      Partition partition, long epoch, Position after, int maxEvents, long maxBytes) {
    long count = Math.clamp(Math.min(maxEvents, maxBytes / averageBytes + 1), 1, LARGEST_PAGE);
    List<Entry> entries = new ArrayList<>();
    long bytes = 0;
    for (Reply each : page(partition, after, count)) {
      if (TailFields.epoch(each) != epoch) {
        break;
      }
      Entry entry = fields.decode(each).entry();
      bytes += entry.sizeBytes();
      if (bytes > maxBytes && !entries.isEmpty()) {
        break;
      }
      entries.add(entry);
    }
    return entries;
  }

  private List<Reply> page(Partition partition, Position after, long count) {
    String from = "(" + Ids.of(after);
    return redis().call(Command.XRANGE, Keys.tail(partition), from, "+", "COUNT", count).list();
  }

  @Override
  public Optional<Last> last(Partition partition) {
    List<Reply> last =
        redis().call(Command.XREVRANGE, Keys.tail(partition), "+", "-", "COUNT", 1).list();
    return last.isEmpty() ? Optional.empty() : Optional.of(fields.decode(last.getFirst()));
  }

  @Override
  public void forget(Partition partition, Position upTo) {
    String next = Ids.of(Position.of(upTo.high() + 1));
    redis().call(Command.XTRIM, Keys.tail(partition), "MINID", "=", next);
  }

  @Override
  public void listen(BiConsumer<Partition, Position> listener) {
    watch.start(listener);
  }

  @Override
  public void close() {
    closed = true;
    watch.close();
    Redis present = connected.get();
    if (present != null) {
      present.close();
    }
  }
}
