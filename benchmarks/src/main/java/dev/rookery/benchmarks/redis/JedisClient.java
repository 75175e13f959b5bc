package dev.rookery.benchmarks.redis;

import dev.rookery.benchmarks.load.Publishing;
import dev.rookery.benchmarks.load.Sample;
import dev.rookery.benchmarks.load.Tally;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Response;
import redis.clients.jedis.StreamEntryID;
import redis.clients.jedis.params.XAddParams;
import redis.clients.jedis.params.XReadGroupParams;
import redis.clients.jedis.resps.StreamEntry;

/**
 * Jedis on blocking sockets, a connection for each publisher and group. A batch is acknowledged in
 * the same round trip that asks for the next.
 */
record JedisClient(RedisNode node) implements GroupClient {
  private static final XReadGroupParams NEW =
      XReadGroupParams.xReadGroupParams().count(BATCH).block(BLOCK_MILLIS);

  @Override
  public Publishing publishing() {
    return new Adding(node.connect());
  }

  @Override
  public Reader read(String group, Tally tally) {
    return new GroupReader<>(group, new Reading(node.connect(), group), tally);
  }

  @Override
  public void close() {}

  private record Adding(Connection connection) implements Publishing {
    @Override
    public void publish(List<Sample> events) {
      List<Response<StreamEntryID>> answers = new ArrayList<>(events.size());
      // Closing would give the connection back as well
      Pipeline pipeline = new Pipeline(connection);
      for (Sample event : events) {
        answers.add(pipeline.xadd(Entries.STREAM, XAddParams.xAddParams(), Entries.fields(event)));
      }
      pipeline.sync();
      // Throws what Redis answered instead of an id
      answers.forEach(Response::get);
    }

    @Override
    public void close() {
      connection.close();
    }
  }

  private record Reading(Connection connection, String group)
      implements GroupReader.Source<StreamEntry> {
    @Override
    public List<StreamEntry> next(List<StreamEntry> handled) {
      Pipeline pipeline = new Pipeline(connection);
      Optional<Response<Long>> acknowledged =
          handled.isEmpty() ? Optional.empty() : Optional.of(acknowledge(pipeline, handled));
      var read =
          pipeline.xreadGroup(
              group,
              CONSUMER,
              NEW,
              Map.of(Entries.STREAM, StreamEntryID.XREADGROUP_UNDELIVERED_ENTRY));
      pipeline.sync();
      acknowledged.ifPresent(count -> Entries.requireAll(count.get(), handled.size()));
      List<Map.Entry<String, List<StreamEntry>>> streams = read.get();
      return streams == null || streams.isEmpty() ? List.of() : streams.getFirst().getValue();
    }

    private Response<Long> acknowledge(Pipeline pipeline, List<StreamEntry> handled) {
      StreamEntryID[] ids = handled.stream().map(StreamEntry::getID).toArray(StreamEntryID[]::new);
      return pipeline.xack(Entries.STREAM, group, ids);
    }

    @Override
    public Map<String, String> fields(StreamEntry entry) {
      return entry.getFields();
    }

    @Override
    public void close() {
      connection.close();
    }
  }
}
