package dev.rookery.cli;

import dev.rookery.Json;
import dev.rookery.Operations.PartitionProgress;
import dev.rookery.Operations.SubscriptionInfo;
import dev.rookery.Subscription;
import dev.rookery.cli.terminal.Shown;
import dev.rookery.cli.terminal.Table;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A subscription as one line of JSON, or as a row. */
final class SubscriptionLine {
  private SubscriptionLine() {}

  static ObjectNode definition(Subscription subscription) {
    ObjectNode line = Json.MAPPER.createObjectNode();
    line.put("name", subscription.name());
    ArrayNode patterns = line.putArray("patterns");
    subscription.patterns().forEach(pattern -> patterns.add(pattern.text()));
    subscription.where().ifPresent(condition -> line.put("where", condition));
    line.put("from", subscription.from().text());
    line.put("maxAttempts", subscription.retry().maxAttempts());
    line.set("exhausted", Json.MAPPER.valueToTree(subscription.exhausted()));
    line.put("deadline", subscription.deadline().toString());
    line.put("concurrency", subscription.concurrency());
    line.put("window", subscription.window());
    line.set("effect", Json.MAPPER.valueToTree(subscription.effect()));
    line.put("replay", subscription.replay());
    return line;
  }

  static ObjectNode json(SubscriptionInfo info) {
    ObjectNode line = definition(info.definition());
    line.put("paused", info.paused()).put("state", info.state());
    line.put("lagEvents", info.lagEvents()).put("lagAge", info.lagAge().toString());
    line.put("deadLetters", info.deadLetters());
    ArrayNode partitions = line.putArray("partitions");
    info.partitions().forEach(progress -> partitions.add(json(progress)));
    return line;
  }

  private static ObjectNode json(PartitionProgress progress) {
    ObjectNode node = Json.MAPPER.createObjectNode();
    node.put("partition", progress.partition().toString());
    progress.owner().ifPresent(owner -> node.put("owner", owner));
    node.put("epoch", progress.epoch()).put("floor", progress.floor().toString());
    node.put("lagEvents", progress.lagEvents());
    node.put("running", progress.running()).put("waiting", progress.waiting());
    node.put("parkedKeys", progress.parkedKeys());
    progress.heldUp().ifPresent(heldUp -> node.put("heldUp", heldUp));
    return node;
  }

  static Table table(List<SubscriptionInfo> infos) {
    Table table =
        new Table("NAME", "STATE", "LAG", "OLDEST", "DEAD LETTERS", "PATTERNS", "HELD UP");
    for (SubscriptionInfo info : infos) {
      String patterns =
          info.definition().patterns().stream()
              .map(Object::toString)
              .collect(Collectors.joining(" "));
      String heldUp =
          info.partitions().stream()
              .map(PartitionProgress::heldUp)
              .flatMap(Optional::stream)
              .findFirst()
              .orElse("");
      table.row(
          info.definition().name(),
          info.state(),
          Shown.number(info.lagEvents()),
          Shown.duration(info.lagAge()),
          Shown.number(info.deadLetters()),
          patterns,
          heldUp);
    }
    return table;
  }

  static Table partitions(SubscriptionInfo info) {
    Table table =
        new Table(
            "PARTITION",
            "OWNER",
            "EPOCH",
            "FLOOR",
            "LAG",
            "RUNNING",
            "WAITING",
            "PARKED KEYS",
            "HELD UP");
    for (PartitionProgress progress : info.partitions()) {
      table.row(
          progress.partition(),
          progress.owner().orElse("-"),
          progress.epoch(),
          progress.floor(),
          Shown.number(progress.lagEvents()),
          progress.running(),
          progress.waiting(),
          progress.parkedKeys(),
          progress.heldUp().orElse(""));
    }
    return table;
  }
}
