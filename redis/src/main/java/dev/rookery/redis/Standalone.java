package dev.rookery.redis;

import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * One server that takes all writes, over some connections that callers share. The one used last is
 * used next.
 */
final class Standalone extends Redis {
  private static final int MOST = 16;

  private final RedisAddress address;
  private final Location location;
  private final JedisClientConfig config;
  private final Semaphore free = new Semaphore(MOST);
  private final ConcurrentLinkedDeque<Connection> idle = new ConcurrentLinkedDeque<>();
  private volatile boolean closed;

  Standalone(RedisAddress address, Location location, JedisClientConfig config, Scripts scripts) {
    super(scripts);
    this.address = address;
    this.location = location;
    this.config = config;
  }

  @Override
  Reply execute(CommandArguments command) throws JedisException {
    free.acquireUninterruptibly();
    try {
      Connection connection = take();
      boolean leads = true;
      try {
        return new Reply(connection.executeCommand(command));
      } catch (JedisDataException e) {
        leads = !isReadOnly(e);
        throw e;
      } finally {
        giveBack(connection, leads);
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
    return connection == null
        ? location.connect(server -> new Connection(server, config))
        : connection;
  }

  /** Of a server that went away, or no longer leads, no connection is worth keeping. */
  private void giveBack(Connection connection, boolean leads) {
    if (connection.isBroken() || !leads) {
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
    return new OwnLine(location, config);
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
