package dev.rookery.audit;

import dev.rookery.Json;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** What one record of the audit tells. It names things, and holds no secrets and no payloads. */
public sealed interface Fact {
  /** All types of the audit's events begin so; nobody but the bus publishes them. */
  String TYPES = "system.audit.";

  /**
   * An operator's act is about to be done.
   *
   * @param target the subscription it is done to, empty where there is no single one
   * @param with what was asked for
   * @param who the principal where {@code authenticated}, the process' user otherwise
   * @param via how the wish came in
   */
  record Intended(
      String act,
      String target,
      Map<String, String> with,
      String who,
      boolean authenticated,
      String via)
      implements Fact {
    public Intended {
      with = Map.copyOf(with);
    }
  }

  /**
   * It was done.
   *
   * @param announcement the number of its announcement, by the same writer
   */
  record Done(long announcement, String act, String target, Map<String, String> result)
      implements Fact {
    public Done {
      result = Map.copyOf(result);
    }
  }

  /**
   * It was not done, or not to its end.
   *
   * @param error the problem's stable name, without words of others
   */
  record Failed(long announcement, String act, String target, String error) implements Fact {}

  /** One attempt to hand an event to a subscription, and what the bus did about its outcome. */
  record Delivered(
      String subscription,
      String event,
      String stream,
      int partition,
      String position,
      int attempt,
      String outcome,
      String settlement,
      long micros)
      implements Fact {}

  /** So many outcomes of deliveries were not recorded. */
  record Lost(long deliveries) implements Fact {}

  /** The last token of the event's type. */
  default String name() {
    return switch (this) {
      case Intended intended -> "intended";
      case Done done -> "done";
      case Failed failed -> "failed";
      case Delivered delivered -> "delivered";
      case Lost lost -> "lost";
    };
  }

  /** The correlation under which the deliveries of an event are found. */
  static String deliveriesOf(String event) {
    return "delivery-of-" + event;
  }

  /** Reads a fact; empty where it is none. */
  static Optional<Fact> read(String name, JsonNode fact) {
    try {
      return switch (name) {
        case "intended" -> Optional.ofNullable(Json.MAPPER.treeToValue(fact, Intended.class));
        case "done" -> Optional.ofNullable(Json.MAPPER.treeToValue(fact, Done.class));
        case "failed" -> Optional.ofNullable(Json.MAPPER.treeToValue(fact, Failed.class));
        case "delivered" -> Optional.ofNullable(Json.MAPPER.treeToValue(fact, Delivered.class));
        case "lost" -> Optional.ofNullable(Json.MAPPER.treeToValue(fact, Lost.class));
        default -> Optional.empty();
      };
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }
}
