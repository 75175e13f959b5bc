package dev.rookery.redis;

import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol.Command;

/** What is waited for where the answer to a write alone promises too little. */
enum Wait {
  /** Until the server has synced: up to a second where it does so every second. */
  SYNC("the server did not sync it within 5 s") {
    @Override
    CommandArguments command() {
      return new CommandArguments(Command.WAITAOF).add(1).add(0).add(5_000);
    }

    @Override
    boolean isOver(Reply reply) {
      return reply.list().getFirst().number() >= 1;
    }
  },

  /** Until a second server has it. */
  REPLICA("no replica took it within 2 s") {
    @Override
    CommandArguments command() {
      return new CommandArguments(Command.WAIT).add(1).add(2_000);
    }

    @Override
    boolean isOver(Reply reply) {
      return reply.number() >= 1;
    }
  };

  private final String failure;

  Wait(String failure) {
    this.failure = failure;
  }

  /** Waits for what was written before on the same connection, within a limit. */
  abstract CommandArguments command();

  /** Whether the answer says that what was waited for is there. */
  abstract boolean isOver(Reply reply);

  String failure() {
    return failure;
  }
}
