package dev.rookery.benchmarks.redis;

import dev.rookery.benchmarks.load.Publishing;
import dev.rookery.benchmarks.load.Sample;
import dev.rookery.benchmarks.load.Tally;
import io.lettuce.core.api.StatefulConnection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnection.PipeliningFlushPolicy;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettucePoolingClientConfiguration;
import org.springframework.data.redis.connection.stream.ByteRecord;
import org.springframework.data.redis.connection.stream.Consumer;
import org.springframework.data.redis.connection.stream.MapRecord;
import org.springframework.data.redis.connection.stream.ReadOffset;
import org.springframework.data.redis.connection.stream.RecordId;
import org.springframework.data.redis.connection.stream.StreamOffset;
import org.springframework.data.redis.connection.stream.StringRecord;
import org.springframework.data.redis.core.RedisCallback;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.serializer.StringRedisSerializer;
import org.springframework.data.redis.stream.StreamMessageListenerContainer;
import org.springframework.data.redis.stream.StreamMessageListenerContainer.StreamMessageListenerContainerOptions;
import org.springframework.data.redis.stream.StreamMessageListenerContainer.StreamReadRequest;

/**
 * Spring Data Redis on Lettuce: pipelines flushed as a whole, and a listener container for each
 * group with large batches and a thread of its own. Connections are pooled, or every poll and every
 * pipeline would open one. What the listener handles is acknowledged in batches, which the
 * container does not do by itself.
 */
final class SpringStreams implements GroupClient {
  private static final int CONNECTIONS = 64;

  private final LettuceConnectionFactory connections;
  private final StringRedisTemplate template;

  SpringStreams(RedisNode node) {
    GenericObjectPoolConfig<StatefulConnection<?, ?>> pool = new GenericObjectPoolConfig<>();
    pool.setMaxTotal(CONNECTIONS);
    pool.setMaxIdle(CONNECTIONS);
    connections =
        new LettuceConnectionFactory(
            new RedisStandaloneConfiguration(node.address().getHost(), node.address().getPort()),
            LettucePoolingClientConfiguration.builder()
                .poolConfig(pool)
                .shutdownTimeout(Duration.ZERO)
                .build());
    connections.setPipeliningFlushPolicy(PipeliningFlushPolicy.flushOnClose());
    connections.afterPropertiesSet();
    connections.start();
    template = new StringRedisTemplate(connections);
  }

  @Override
  public Publishing publishing() {
    return this::add;
  }

  private void add(List<Sample> events) {
    RedisCallback<?> adding =
        connection -> {
          for (Sample event : events) {
            connection.streamCommands().xAdd(record(event));
          }
          return null;
        };
    template.executePipelined(adding);
  }

  private static ByteRecord record(Sample event) {
    return StringRecord.of(Entries.fields(event))
        .withStreamKey(Entries.STREAM)
        .serialize(StringRedisSerializer.US_ASCII);
  }

  @Override
  public Reader read(String group, Tally tally) {
    return new Listening(group, tally);
  }

  @Override
  public void close() {
    connections.destroy();
  }

  /** One group's container. */
  private final class Listening implements Reader {
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final StreamMessageListenerContainer<String, MapRecord<String, String, String>>
        container;
    private final Settling<RecordId> settling;

    Listening(String group, Tally tally) {
      settling =
          new Settling<>(
              group + "-settling",
              ids ->
                  template
                      .opsForStream()
                      .acknowledge(Entries.STREAM, group, ids.toArray(RecordId[]::new)));
      container =
          StreamMessageListenerContainer.create(
              connections,
              StreamMessageListenerContainerOptions.builder()
                  .batchSize(BATCH)
                  .pollTimeout(Duration.ofMillis(BLOCK_MILLIS))
                  .serializer(StringRedisSerializer.US_ASCII)
                  .executor(threads)
                  .build());
      container.register(
          StreamReadRequest.builder(StreamOffset.create(Entries.STREAM, ReadOffset.lastConsumed()))
              .consumer(Consumer.from(group, CONSUMER))
              .autoAcknowledge(false)
              .build(),
          message -> {
            tally.take(Entries.data(message.getValue()));
            settling.handled(message.getId());
          });
      container.start();
    }

    @Override
    public void finish() {
      container.stop();
    }

    @Override
    public void stop() {
      finish();
      threads.close();
      settling.stop();
    }
  }
}
