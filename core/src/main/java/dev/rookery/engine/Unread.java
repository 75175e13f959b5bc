package dev.rookery.engine;

import dev.rookery.Json;
import dev.rookery.Partition;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Claim;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;

/**
 * For how long nobody has read a subscription, as far as somebody watched; all processes on a store
 * agree on it in a setting.
 *
 * @param claims as they stood all the time
 */
record Unread(String claims, long millis) {
  static final String SETTING = "unread";
  private static final TypeReference<Map<String, Unread>> ALL = new TypeReference<>() {};

  static Map<String, Unread> read(Optional<String> stored) {
    try {
      return stored.map(text -> Json.MAPPER.readValue(text, ALL)).orElseGet(Map::of);
    } catch (JacksonException e) {
      return Map.of(); // then it is measured anew
    }
  }

  static String text(Map<String, Unread> all) {
    return Json.MAPPER.writeValueAsString(all);
  }

  /** What changes when somebody takes or renews one of them. */
  static String standOf(Map<Partition, Claim> claims) {
    return new TreeMap<>(claims)
        .values().stream()
            .map(claim -> claim.partition() + ":" + claim.epoch() + ":" + claim.renewals())
            .collect(Collectors.joining(" "));
  }

  /** By subscription; those that somebody reads again are left out. */
  static Map<String, Duration> present(Backend backend) {
    Map<String, Duration> present = new TreeMap<>();
    read(backend.setting(SETTING))
        .forEach((name, unread) -> {
          if (standOf(backend.subscriptions().claims(name)).equals(unread.claims)) {
            present.put(name, Duration.ofMillis(unread.millis));
          }
        });
    return present;
  }

  /** A time, for people. */
  static String shown(Duration time) {
    if (time.toHours() >= 48) {
      return time.toDays() + " days";
    }
    if (time.toMinutes() >= 120) {
      return time.toHours() + " h";
    }
    return time.toSeconds() >= 120 ? time.toMinutes() + " min" : time.toSeconds() + " s";
  }
}
