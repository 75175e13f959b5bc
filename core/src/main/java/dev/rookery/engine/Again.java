package dev.rookery.engine;

import dev.rookery.Json;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.ReplayTerms;
import dev.rookery.Token;
import dev.rookery.spi.Backend;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a rewound subscription handles again, and on which terms. It outlives processes in a setting
 * of the store, and is written before the subscription is moved: who takes over after that finds
 * it.
 *
 * @param upTo deliveries up to here are a replay
 */
record Again(Token upTo, ReplayTerms terms) {
  private static final Again NOTHING = new Again(new Token(Map.of()), ReplayTerms.USUAL);

  private static String setting(String subscription) {
    return "again." + subscription;
  }

  static Again of(Backend backend, String subscription) {
    return backend
        .setting(setting(subscription))
        .map(text -> Json.MAPPER.readValue(text, Again.class))
        .orElse(NOTHING);
  }

  /** The last position of the partition that was handled before; empty where none was. */
  Optional<Position> in(Partition partition) {
    return Optional.ofNullable(upTo.positions().get(partition));
  }

  /** Says that a subscription goes back from those places; one that had gone back goes on so. */
  static void from(
      Backend backend, String subscription, Map<Partition, Position> floors, ReplayTerms terms) {
    while (true) {
      Optional<String> seen = backend.setting(setting(subscription));
      Map<Partition, Position> farthest = new HashMap<>(floors);
      of(backend, subscription)
          .upTo
          .positions()
          .forEach((partition, known) ->
              farthest.merge(partition, known, (a, b) -> a.isAfter(b) ? a : b));
      String now = Json.MAPPER.writeValueAsString(new Again(new Token(farthest), terms));
      if (seen.equals(Optional.of(now))
          || backend.changeSetting(setting(subscription), seen, now)) {
        return;
      }
    }
  }

  /** A new subscription has handled nothing yet, whoever had its name before. */
  static void forget(Backend backend, String subscription) {
    Optional<String> seen = backend.setting(setting(subscription));
    String nothing = Json.MAPPER.writeValueAsString(NOTHING);
    if (seen.isPresent() && !seen.get().equals(nothing)) {
      backend.changeSetting(setting(subscription), seen, nothing);
    }
  }
}
