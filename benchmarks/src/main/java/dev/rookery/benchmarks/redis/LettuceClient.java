package dev.rookery.benchmarks.redis;

import dev.rookery.benchmarks.load.Publishing;
import dev.rookery.benchmarks.load.Sample;
import dev.rookery.benchmarks.load.Tally;
import io.lettuce.core.Consumer;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Lettuce with commands held back and flushed together, a connection for each publisher and group.
 * A batch is acknowledged in the same flush that asks for the next.
 */
final class LettuceClient implements GroupClient {
  private static final Duration PROMPTLY = Duration.ofSeconds(2);

  private final RedisClient client;

  LettuceClient(RedisNode node) {
    client =
        RedisClient.create(RedisURI.create(node.address().getHost(), node.address().getPort()));
  }

  private StatefulRedisConnection<String, String> connect() {
    StatefulRedisConnection<String, String> connection = client.connect(StringCodec.ASCII);
    connection.setAutoFlushCommands(false);
    return connection;
  }

  @Override
  public Publishing publishing() {
    return new Adding(connect());
  }

  @Override
  public Reader read(String group, Tally tally) {
    return new GroupReader<>(group, new Reading(connect(), group), tally);
  }

  @Override
  public void close() {
    client.shutdown(Duration.ZERO, PROMPTLY);
  }

  private record Adding(StatefulRedisConnection<String, String> connection) implements Publishing {
    @Override
    public void publish(List<Sample> events) throws Exception {
      List<RedisFuture<String>> answers = new ArrayList<>(events.size());
      for (Sample event : events) {
        answers.add(connection.async().xadd(Entries.STREAM, Entries.fields(event)));
      }
      connection.flushCommands();
      for (RedisFuture<String> answer : answers) {
        answer.get();
      }
    }

    @Override
    public void close() {
      connection.close();
    }
  }

  private record Reading(StatefulRedisConnection<String, String> connection, String group)
      implements GroupReader.Source<StreamMessage<String, String>> {
    @Override
    @SuppressWarnings("unchecked") // An array of generics, for the variable arguments
    public List<StreamMessage<String, String>> next(List<StreamMessage<String, String>> handled)
        throws Exception {
      Optional<RedisFuture<Long>> acknowledged =
          handled.isEmpty() ? Optional.empty() : Optional.of(acknowledge(handled));
      RedisFuture<List<StreamMessage<String, String>>> read =
          connection
              .async()
              .xreadgroup(
                  Consumer.from(group, CONSUMER),
                  XReadArgs.Builder.count(BATCH).block(BLOCK_MILLIS),
                  XReadArgs.StreamOffset.lastConsumed(Entries.STREAM));
      connection.flushCommands();
      if (acknowledged.isPresent()) {
        Entries.requireAll(acknowledged.get().get(), handled.size());
      }
      return read.get();
    }

    private RedisFuture<Long> acknowledge(List<StreamMessage<String, String>> handled) {
      String[] ids = handled.stream().map(StreamMessage::getId).toArray(String[]::new);
      return connection.async().xack(Entries.STREAM, group, ids);
    }

    @Override
    public Map<String, String> fields(StreamMessage<String, String> entry) {
      return entry.getBody();
    }

    @Override
    public void close() {
      connection.close();
    }
  }
}
