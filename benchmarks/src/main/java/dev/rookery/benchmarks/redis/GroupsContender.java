package dev.rookery.benchmarks.redis;

import dev.rookery.benchmarks.load.Contender;
import dev.rookery.benchmarks.load.Course;
import dev.rookery.benchmarks.load.Publishing;
import dev.rookery.benchmarks.load.Running;
import dev.rookery.benchmarks.load.Tally;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol;

/**
 * A Redis stream with a consumer group for each subscription, used through one of the libraries.
 * Single publishes of many callers travel in pipelines.
 */
public final class GroupsContender implements Contender {
  private final String name;
  private final Path parent;
  private final Fsync fsync;
  private final GroupClient.Library library;

  GroupsContender(String name, Path parent, Fsync fsync, GroupClient.Library library) {
    this.name = name;
    this.parent = parent;
    this.fsync = fsync;
    this.library = library;
  }

  public static Contender jedis(Path parent, Fsync fsync) {
    return new GroupsContender("redis", parent, fsync, JedisClient::new);
  }

  public static Contender lettuce(Path parent, Fsync fsync) {
    return new GroupsContender("redis-lettuce", parent, fsync, LettuceClient::new);
  }

  public static Contender spring(Path parent, Fsync fsync) {
    return new GroupsContender("redis-spring", parent, fsync, SpringStreams::new);
  }

  public static Contender redisson(Path parent, Fsync fsync) {
    return new GroupsContender("redis-redisson", parent, fsync, RedissonStreams::new);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Running start(Course course, List<Tally> tallies) throws Exception {
    RedisNode node = RedisNode.start(parent, fsync);
    Connection control = node.connect();
    GroupClient client = library.connect(node);
    List<GroupClient.Reader> readers = new ArrayList<>();
    for (int i = 0; i < tallies.size(); i++) {
      String group = PythonClient.GROUP + i;
      control.sendCommand(
          Protocol.Command.XGROUP, "CREATE", Entries.STREAM, group, "$", "MKSTREAM");
      control.getStatusCodeReply();
      readers.add(client.read(group, tallies.get(i)));
    }
    Publishers publishers = new Publishers(course.load(), client::publishing);
    return new RunningGroups(node, control, client, readers, publishers);
  }

  private record RunningGroups(
      RedisNode node,
      Connection control,
      GroupClient client,
      List<GroupClient.Reader> readers,
      Publishers publishers)
      implements Running {
    @Override
    public Publishing publishing() throws Exception {
      return publishers.next();
    }

    @Override
    public List<ProcessHandle> servers() {
      return Stream.concat(Stream.of(node.process()), client.processes().stream()).toList();
    }

    /** Entries that a group was not given, or has not acknowledged. */
    @Override
    public long settle() {
      stop();
      control.sendCommand(Protocol.Command.XINFO, "GROUPS", Entries.STREAM);
      return RedisGroups.unsettled(control.getObjectMultiBulkReply());
    }

    @Override
    public void close() throws IOException {
      try (node;
          control;
          client;
          publishers) {
        stop();
      }
    }

    private void stop() {
      readers.forEach(GroupClient.Reader::finish);
      readers.forEach(GroupClient.Reader::stop);
    }
  }
}
