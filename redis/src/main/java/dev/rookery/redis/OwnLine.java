package dev.rookery.redis;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.exceptions.JedisConnectionException;

/**
 * A connection to the server. What is sent is on its way at once, whether or not an answer is
 * awaited.
 */
final class OwnLine implements Line {
  private final Location location;
  private final JedisClientConfig config;
  private volatile @Nullable Flushed connection;
  private volatile boolean closed;

  private static final class Flushed extends Connection {
    Flushed(HostAndPort server, JedisClientConfig config) {
      super(server, config);
    }

    void sendNow(CommandArguments command) {
      sendCommand(command);
      flush();
    }
  }

  OwnLine(Location location, JedisClientConfig config) {
    this.location = location;
    this.config = config;
  }

  @Override
  public void open() {
    Flushed present = connection;
    if (present != null && !present.isBroken()) {
      return;
    }
    cut();
    if (closed) {
      throw new JedisConnectionException("it was closed");
    }
    connection = location.connect(server -> new Flushed(server, config));
    if (closed) {
      cut();
    }
  }

  @Override
  public void refresh() {
    try {
      send(new CommandArguments(Protocol.Command.PING));
      answer();
    } catch (JedisConnectionException e) {
      cut();
      open();
    }
  }

  @Override
  public void send(CommandArguments command) {
    present().sendNow(command);
  }

  @Override
  public Reply answer() {
    return new Reply(present().getOne());
  }

  private Flushed present() {
    Flushed present = connection;
    if (present == null) {
      throw new JedisConnectionException("the connection was closed");
    }
    return present;
  }

  @Override
  public void cut() {
    Flushed present = connection;
    connection = null;
    if (present != null) {
      try {
        present.forceDisconnect();
      } catch (IOException e) {
        // It is gone already
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    cut();
  }
}
