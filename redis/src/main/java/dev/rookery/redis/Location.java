package dev.rookery.redis;

import java.util.function.Function;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.exceptions.JedisException;

/** Where the server is that takes what is written; asked for every new connection. */
interface Location {
  HostAndPort find() throws JedisException;

  /**
   * Looks whether a new connection leads to it.
   *
   * @throws JedisException when it does not
   */
  void verify(Connection connection) throws JedisException;

  /** A new connection that leads to it. */
  default <C extends Connection> C connect(Function<HostAndPort, C> connecting)
      throws JedisException {
    C fresh = connecting.apply(find());
    try {
      verify(fresh);
      return fresh;
    } catch (RuntimeException e) {
      fresh.close();
      throw e;
    }
  }

  /** One that never moves. */
  static Location of(RedisAddress address) {
    HostAndPort server = new HostAndPort(address.host(), address.port());
    return new Location() {
      @Override
      public HostAndPort find() {
        return server;
      }

      @Override
      public void verify(Connection connection) {}
    };
  }
}
