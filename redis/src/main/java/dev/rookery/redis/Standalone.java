package dev.rookery.redis;

import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;

/** One server, over some connections that callers share. The one used last is used next. */
final class Standalone extends Redis {
  private static final int MOST = 16;

  private final RedisAddress address;
  private final HostAndPort server;
  private final JedisClientConfig config;
  private final Semaphore free = new Semaphore(MOST);
  private final ConcurrentLinkedDeque<Connection> idle = new ConcurrentLinkedDeque<>();
  private volatile boolean closed;

  Standalone(RedisAddress address, JedisClientConfig config, Scripts scripts) {
    super(scripts);
    this.address = address;
    this.server = new HostAndPort(address.host(), address.port());
    this.config = config;
  }

  @Override
  Reply execute(CommandArguments command) throws JedisException {
    free.acquireUninterruptibly();
    try {
      Connection connection = take();
      try {
        return new Reply(connection.executeCommand(command));
      } finally {
        giveBack(connection);
      }
    } finally {
      free.release();
    }
  }

  private Connection take() {
    if (closed) {
      throw new JedisConnectionException("it was closed");
    }
    Connection connection = idle.pollFirst();
    return connection == null ? new Connection(server, config) : connection;
  }

  /** Of a server that went away, no connection is worth keeping. */
  private void giveBack(Connection connection) {
    if (connection.isBroken()) {
      connection.close();
      drain();
    } else {
      idle.addFirst(connection);
      if (closed) {
        drain();
      }
    }
  }

  private void drain() {
    for (Connection each = idle.pollFirst(); each != null; each = idle.pollFirst()) {
      each.close();
    }
  }

  @Override
  Line line() {
    return new OwnLine(server, config);
  }

  @Override
  boolean hasOneSlot() {
    return true;
  }

  @Override
  RedisAddress address() {
    return address;
  }

  @Override
  public void close() {
    closed = true;
    drain();
  }
}
