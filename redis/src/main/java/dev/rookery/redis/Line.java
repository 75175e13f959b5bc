package dev.rookery.redis;

import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.exceptions.JedisException;

/** A connection for one thread, on which several commands may be under way. */
interface Line extends AutoCloseable {
  /**
   * Connects where it is not connected.
   *
   * @throws JedisException when nothing was sent
   */
  void open() throws JedisException;

  /**
   * Connects anew where the other end is gone. A connection that nobody used for a while may be
   * dead without a word, and what is sent over it is neither stored nor refused.
   *
   * @throws JedisException when nothing was sent
   */
  void refresh() throws JedisException;

  /**
   * Sends a command.
   *
   * @throws JedisException when it may have been sent
   */
  void send(CommandArguments command) throws JedisException;

  /** The answer to the oldest command that has none yet. */
  Reply answer() throws JedisException;

  /** Cuts the connection, also under a thread that waits for an answer; it can be opened again. */
  void cut();

  @Override
  void close();
}
