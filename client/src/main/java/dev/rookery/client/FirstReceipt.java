package dev.rookery.client;

import dev.rookery.Durability;
import dev.rookery.IdConflict;
import dev.rookery.Position;
import dev.rookery.Published;
import dev.rookery.Receipt;
import dev.rookery.client.wire.Problem;

/**
 * What an id conflict means where the id was derived from the event being handled: an earlier run
 * of the handler has said it already, in other words. The first receipt stands.
 */
final class FirstReceipt {
  private FirstReceipt() {}

  /**
   * The first receipt, from what the problem says.
   *
   * @param durability what this server's receipts reach
   */
  static Published of(Problem problem, Durability durability) {
    if (problem.member("position").isEmpty() || problem.member("stream").isEmpty()) {
      return new Published.Rejected(new IdConflict(problem.detail()));
    }
    return new Published.Stored(
        new Receipt(
            problem.member("id").orElse(""),
            problem.member("stream").get(),
            problem.member("partition").map(Integer::parseInt).orElse(0),
            Position.parse(problem.member("position").get()),
            durability,
            true));
  }
}
