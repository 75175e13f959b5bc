package dev.rookery.redis;

import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Calls to Redis, from any thread.
 *
 * <p>Errors arrive as {@link Trouble} tells them.
 */
abstract class Redis implements AutoCloseable {
  private static final String NO_SCRIPT = "NOSCRIPT";

  private final Scripts scripts;

  Redis(Scripts scripts) {
    this.scripts = scripts;
  }

  /** Sends one command and waits for its answer. */
  abstract Reply execute(CommandArguments command) throws JedisException;

  /** A connection for one thread at a time. */
  abstract Line line();

  /** Whether one command may take keys of several slots. */
  abstract boolean hasOneSlot();

  abstract RedisAddress address();

  @Override
  public abstract void close();

  /** Runs a command of one key. */
  Reply call(Command command, String key, Object... arguments) {
    return guarded(new CommandArguments(command).key(key).addObjects(arguments));
  }

  /** Runs a command of the server, without a key. */
  Reply ask(Command command, Object... arguments) {
    return guarded(new CommandArguments(command).addObjects(arguments));
  }

  /** Runs a script. */
  Reply run(Call call) {
    try {
      return execute(call.bySha(scripts));
    } catch (JedisDataException e) {
      if (!lacksScript(e)) {
        throw Trouble.of(address(), e);
      }
      return guarded(call.byText(scripts));
    } catch (JedisException e) {
      throw Trouble.of(address(), e);
    }
  }

  /** Whether it says that the script is not there, so that nothing was done. */
  static boolean lacksScript(JedisException e) {
    return e.getMessage() != null && e.getMessage().startsWith(NO_SCRIPT);
  }

  /** Whether it says that the server takes no writes, so that nothing was done. */
  static boolean isReadOnly(JedisException e) {
    return e.getMessage() != null && e.getMessage().startsWith("READONLY");
  }

  private Reply guarded(CommandArguments command) {
    try {
      return execute(command);
    } catch (JedisException e) {
      throw Trouble.of(address(), e);
    }
  }

  Scripts scripts() {
    return scripts;
  }
}
