package dev.rookery.redis;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;

/** A cluster: each command goes to the server that has the slot of its key. */
final class Cluster extends Redis {
  private final RedisAddress address;
  private final RedisClusterClient client;

  Cluster(RedisAddress address, JedisClientConfig config, Scripts scripts) {
    super(scripts);
    this.address = address;
    client =
        RedisClusterClient.builder()
            .nodes(Set.of(new HostAndPort(address.host(), address.port())))
            .clientConfig(config)
            .build();
  }

  @Override
  Reply execute(CommandArguments command) {
    return new Reply(client.executeCommand(command));
  }

  /** The client repeats a command whose slot has moved, so one at a time. */
  @Override
  Line line() {
    return new Line() {
      private final Deque<Reply> answers = new ArrayDeque<>();
      private volatile boolean closed;

      @Override
      public void open() {
        if (closed) {
          throw new JedisConnectionException("it was closed");
        }
      }

      @Override
      public void refresh() {}

      @Override
      public void send(CommandArguments command) {
        try {
          answers.add(execute(command));
        } catch (JedisDataException e) {
          answers.add(new Reply(e));
        }
      }

      @Override
      public Reply answer() {
        return answers.remove();
      }

      @Override
      public void cut() {
        answers.clear();
      }

      @Override
      public void close() {
        closed = true;
      }
    };
  }

  @Override
  boolean hasOneSlot() {
    return false;
  }

  @Override
  RedisAddress address() {
    return address;
  }

  @Override
  public void close() {
    client.close();
  }
}
