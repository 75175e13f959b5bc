package dev.rookery.benchmarks.redis;

import dev.rookery.benchmarks.load.Publishing;
import dev.rookery.benchmarks.load.Sample;
import dev.rookery.benchmarks.load.Tally;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.redisson.Redisson;
import org.redisson.api.BatchOptions;
import org.redisson.api.RBatch;
import org.redisson.api.RFuture;
import org.redisson.api.RStream;
import org.redisson.api.RStreamAsync;
import org.redisson.api.RedissonClient;
import org.redisson.api.stream.StreamAddArgs;
import org.redisson.api.stream.StreamMessageId;
import org.redisson.api.stream.StreamReadGroupArgs;
import org.redisson.client.codec.StringCodec;
import org.redisson.config.Config;

/**
 * Redisson's streams: entries added in batches, groups read in batches and acknowledged while the
 * next is asked for. Connections come from its pool, which has one for everybody.
 */
final class RedissonStreams implements GroupClient {
  private static final int CONNECTIONS = 64;

  private final RedissonClient client;

  RedissonStreams(RedisNode node) {
    Config config = new Config();
    config.setCodec(StringCodec.INSTANCE);
    config
        .useSingleServer()
        .setAddress("redis://" + node.authority())
        .setConnectionPoolSize(CONNECTIONS)
        .setConnectionMinimumIdleSize(CONNECTIONS / 2);
    client = Redisson.create(config);
  }

  @Override
  public Publishing publishing() {
    return this::add;
  }

  private void add(List<Sample> events) {
    RBatch batch = client.createBatch(BatchOptions.defaults());
    RStreamAsync<String, String> stream = batch.getStream(Entries.STREAM);
    for (Sample event : events) {
      var _ = stream.addAsync(StreamAddArgs.entries(Entries.fields(event)));
    }
    batch.execute();
  }

  @Override
  public Reader read(String group, Tally tally) {
    return new GroupReader<>(group, new Reading(client.getStream(Entries.STREAM), group), tally);
  }

  @Override
  public void close() {
    client.shutdown(0, 2, TimeUnit.SECONDS);
  }

  private record Reading(RStream<String, String> stream, String group)
      implements GroupReader.Source<Map.Entry<StreamMessageId, Map<String, String>>> {
    @Override
    public List<Map.Entry<StreamMessageId, Map<String, String>>> next(
        List<Map.Entry<StreamMessageId, Map<String, String>>> handled) throws Exception {
      Optional<RFuture<Long>> acknowledged =
          handled.isEmpty() ? Optional.empty() : Optional.of(acknowledge(handled));
      Map<StreamMessageId, Map<String, String>> read =
          stream.readGroup(
              group,
              CONSUMER,
              StreamReadGroupArgs.neverDelivered()
                  .count(BATCH)
                  .timeout(Duration.ofMillis(BLOCK_MILLIS)));
      if (acknowledged.isPresent()) {
        Entries.requireAll(acknowledged.get().get(), handled.size());
      }
      return List.copyOf(read.entrySet());
    }

    private RFuture<Long> acknowledge(
        List<Map.Entry<StreamMessageId, Map<String, String>>> handled) {
      StreamMessageId[] ids =
          handled.stream().map(Map.Entry::getKey).toArray(StreamMessageId[]::new);
      return stream.ackAsync(group, ids);
    }

    @Override
    public Map<String, String> fields(Map.Entry<StreamMessageId, Map<String, String>> entry) {
      return entry.getValue();
    }
  }
}
