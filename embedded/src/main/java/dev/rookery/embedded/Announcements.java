package dev.rookery.embedded;

import dev.rookery.spi.Environment;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** The subscribers that said they are there: in memory, as they are all in this process. */
final class Announcements {
  private final Environment environment;
  private final Map<String, Map<String, Long>> ends = new HashMap<>();

  Announcements(Environment environment) {
    this.environment = environment;
  }

  synchronized Set<String> announce(String name, String subscriber, Duration ttl) {
    long now = environment.nanoTime();
    Map<String, Long> subscribers = ends.computeIfAbsent(name, any -> new HashMap<>());
    subscribers.put(subscriber, now + ttl.toNanos());
    subscribers.values().removeIf(end -> end - now < 0);
    return Set.copyOf(subscribers.keySet());
  }

  synchronized void leave(String name, String subscriber) {
    Map<String, Long> subscribers = ends.getOrDefault(name, new HashMap<>());
    subscribers.remove(subscriber);
    if (subscribers.isEmpty()) {
      ends.remove(name);
    }
  }
}
