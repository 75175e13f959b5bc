package dev.rookery.benchmarks.redis;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** What Redis says of the groups of a stream. */
final class RedisGroups {
  private RedisGroups() {}

  /**
   * The entries that a group was not given, or has not acknowledged, over all groups.
   *
   * @param groups the answer to XINFO GROUPS: a flat list of names and values for each
   */
  static long unsettled(List<Object> groups) {
    return groups.stream()
        .mapToLong(group -> number(group, "pending") + number(group, "lag"))
        .sum();
  }

  private static long number(Object group, String name) {
    List<?> fields = (List<?>) group;
    for (int i = 0; i < fields.size(); i += 2) {
      if (new String((byte[]) fields.get(i), StandardCharsets.US_ASCII).equals(name)) {
        return (Long) fields.get(i + 1);
      }
    }
    throw new IllegalStateException("XINFO GROUPS tells no " + name);
  }
}
