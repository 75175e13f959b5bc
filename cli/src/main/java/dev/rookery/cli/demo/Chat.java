package dev.rookery.cli.demo;

import java.time.Duration;

/**
 * One thing said or done in a chat.
 *
 * @param timeOfDay when, without the date
 * @param channel whose events keep their order
 * @param kind {@code message}, {@code action}, {@code join} or {@code nick}
 * @param log the slice of the corpus it is from; empty for made-up chat
 */
record Chat(Duration timeOfDay, String channel, String user, String text, String kind, String log) {

  /** The type of the event that says so. */
  String type() {
    return switch (kind) {
      case "join" -> "user.conversation.started";
      case "nick" -> "user.renamed";
      default -> "user.message.received";
    };
  }

  Chat inChannel(String other) {
    return new Chat(timeOfDay, other, user, text, kind, log);
  }
}
