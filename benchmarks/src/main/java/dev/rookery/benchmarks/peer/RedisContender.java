package dev.rookery.benchmarks.peer;

import dev.rookery.benchmarks.load.Contender;
import dev.rookery.benchmarks.load.Course;
import dev.rookery.benchmarks.load.Gather;
import dev.rookery.benchmarks.load.Load;
import dev.rookery.benchmarks.load.Publishing;
import dev.rookery.benchmarks.load.Running;
import dev.rookery.benchmarks.load.Sample;
import dev.rookery.benchmarks.load.Tally;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol;

/**
 * A Redis stream with a consumer group for each subscription, synced before each answer ({@code
 * appendfsync always}). Single publishes of many callers travel in pipelines.
 */
public final class RedisContender implements Contender {
  private final Path parent;

  public RedisContender(Path parent) {
    this.parent = parent;
  }

  @Override
  public String name() {
    return "redis";
  }

  @Override
  public Running start(Course course, List<Tally> tallies) throws Exception {
    RedisNode node = RedisNode.start(parent);
    Connection control = node.connect();
    List<RedisReader> readers = new ArrayList<>();
    for (int i = 0; i < tallies.size(); i++) {
      String group = "group-" + i;
      control.sendCommand(
          Protocol.Command.XGROUP, "CREATE", RedisEntries.STREAM, group, "$", "MKSTREAM");
      control.getStatusCodeReply();
      readers.add(new RedisReader(node, group, tallies.get(i)));
    }
    Gather<Sample> gather = new Gather<>("redis-writer", group -> RedisEntries.add(control, group));
    return new RunningRedis(node, control, readers, gather, course.load());
  }

  private record RunningRedis(
      RedisNode node,
      Connection control,
      List<RedisReader> readers,
      Gather<Sample> gather,
      Load load)
      implements Running {
    @Override
    public Publishing publishing() {
      return load == Load.SINGLES ? gather::store : new OwnConnection(node.connect());
    }

    @Override
    public List<ProcessHandle> servers() {
      return List.of(node.process());
    }

    /** Entries that a group was not given, or has not acknowledged. */
    @Override
    public long settle() {
      for (RedisReader reader : readers) {
        reader.stop();
      }
      control.sendCommand(Protocol.Command.XINFO, "GROUPS", RedisEntries.STREAM);
      return RedisGroups.unsettled(control.getObjectMultiBulkReply());
    }

    @Override
    public void close() throws IOException {
      try (node;
          control;
          gather) {
        for (RedisReader reader : readers) {
          reader.stop();
        }
      }
    }
  }

  private record OwnConnection(Connection connection) implements Publishing {
    @Override
    public void publish(List<Sample> events) {
      RedisEntries.add(connection, events);
    }

    @Override
    public void close() {
      connection.close();
    }
  }
}
