package dev.rookery.benchmarks.peer;

import dev.rookery.benchmarks.load.Tally;
import dev.rookery.benchmarks.load.Threads;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Response;
import redis.clients.jedis.StreamEntryID;
import redis.clients.jedis.params.XReadGroupParams;
import redis.clients.jedis.resps.StreamEntry;

/**
 * The one consumer of a group. It acknowledges a batch in the same round trip that asks for the
 * next.
 */
final class RedisReader implements Runnable {
  private static final int BATCH = 500;
  private static final int BLOCK_MILLIS = 200;
  private static final XReadGroupParams NEW =
      XReadGroupParams.xReadGroupParams().count(BATCH).block(BLOCK_MILLIS);

  private final RedisNode node;
  private final String group;
  private final Tally tally;
  private final Thread thread;
  private volatile boolean stopped;

  RedisReader(RedisNode node, String group, Tally tally) {
    this.node = node;
    this.group = group;
    this.tally = tally;
    this.thread = Thread.ofPlatform().daemon().name(group).start(this);
  }

  @Override
  public void run() {
    try (Connection connection = node.connect()) {
      List<StreamEntry> handled = List.of();
      while (!stopped || !handled.isEmpty()) {
        handled = next(connection, handled);
        handled.forEach(this::handle);
      }
    }
  }

  private List<StreamEntry> next(Connection connection, List<StreamEntry> handled) {
    Pipeline pipeline = new Pipeline(connection);
    Optional<Response<Long>> acknowledged =
        handled.isEmpty() ? Optional.empty() : Optional.of(acknowledge(pipeline, handled));
    var read =
        pipeline.xreadGroup(
            group,
            "one",
            NEW,
            Map.of(RedisEntries.STREAM, StreamEntryID.XREADGROUP_UNDELIVERED_ENTRY));
    pipeline.sync();
    if (acknowledged.filter(count -> count.get() != handled.size()).isPresent()) {
      throw new IllegalStateException("redis has not acknowledged what was handled");
    }
    List<Map.Entry<String, List<StreamEntry>>> streams = read.get();
    return streams == null || streams.isEmpty() ? List.of() : streams.getFirst().getValue();
  }

  private Response<Long> acknowledge(Pipeline pipeline, List<StreamEntry> handled) {
    StreamEntryID[] ids = handled.stream().map(StreamEntry::getID).toArray(StreamEntryID[]::new);
    return pipeline.xack(RedisEntries.STREAM, group, ids);
  }

  private void handle(StreamEntry entry) {
    String data = Objects.requireNonNull(entry.getFields().get("data"));
    tally.take(ByteBuffer.wrap(data.getBytes(StandardCharsets.US_ASCII)));
  }

  /** Acknowledges what it has, and ends. */
  void stop() {
    stopped = true;
    Threads.join(thread);
  }
}
