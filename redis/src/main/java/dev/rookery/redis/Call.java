package dev.rookery.redis;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol.Command;

/** A script with its keys and arguments. */
final class Call {
  private final Scripts.Name script;
  private final List<String> keys;
  private final List<Object> arguments = new ArrayList<>();

  private Call(Scripts.Name script, List<String> keys) {
    this.script = script;
    this.keys = keys;
  }

  static Call of(Scripts.Name script, String... keys) {
    return new Call(script, List.of(keys));
  }

  /** With more arguments: texts, numbers or bytes. */
  Call with(Object... more) {
    return withAll(List.of(more));
  }

  Call withAll(Collection<?> more) {
    arguments.addAll(more);
    return this;
  }

  CommandArguments bySha(Scripts scripts) {
    return complete(new CommandArguments(Command.EVALSHA).add(scripts.sha(script)));
  }

  CommandArguments byText(Scripts scripts) {
    return complete(new CommandArguments(Command.EVAL).add(scripts.text(script)));
  }

  private CommandArguments complete(CommandArguments command) {
    command.add(keys.size());
    keys.forEach(command::key);
    return command.addObjects(arguments);
  }
}
