package dev.rookery.cli.demo;

import dev.rookery.Draft;
import dev.rookery.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import tools.jackson.databind.node.ObjectNode;

/**
 * Notices users whom two bots share. Each channel is the home of one bot; all bots see all chat and
 * so notice the same, and for each pair of bots the one whom the user's name draws says it.
 */
final class SharedUsers {
  private static final int MAX_BOTS = 63;

  private final int me;
  private final int bots;
  private final Map<String, Long> homes = new ConcurrentHashMap<>();

  SharedUsers(int number, int bots) {
    this.me = number;
    this.bots = Math.min(bots, MAX_BOTS);
  }

  /** What to say about the user, who was seen in a channel; mostly nothing. */
  List<Draft> seen(String user, String channel) {
    int home = 1 + Math.floorMod(channel.hashCode(), bots);
    long bit = 1L << home;
    AtomicLong before = new AtomicLong();
    homes.compute(
        user,
        (_, seen) -> {
          before.set(seen == null ? 0 : seen);
          return before.get() | bit;
        });
    if ((before.get() & bit) != 0) {
      return List.of();
    }
    List<Draft> news = new ArrayList<>();
    for (int other = 1; other <= bots; other++) {
      if ((before.get() & 1L << other) != 0 && owner(user, home, other) == me) {
        news.add(draft(user, Math.min(home, other), Math.max(home, other)));
      }
    }
    return news;
  }

  /** The same for all, and over many users the same share for each. */
  static int owner(String user, int one, int other) {
    return draw(user, one) > draw(user, other) ? one : other;
  }

  /** Highest random weight (Thaler and Ravishankar, 1998). */
  private static int draw(String user, int bot) {
    int mixed = (user.hashCode() * 31 + bot) * 0x9e3779b1;
    return (mixed ^ (mixed >>> 15)) * 0x85ebca6b;
  }

  /** The id says what it says, so that saying it again after a restart says nothing new. */
  private static Draft draft(String user, int low, int high) {
    ObjectNode data = Json.MAPPER.createObjectNode();
    data.put("user", user);
    data.putArray("bots").add(Fleet.name(low)).add(Fleet.name(high));
    return Draft.of(Fleet.SHARED_USER, data.toString())
        .id("shared-" + user + "-" + low + "-" + high)
        .key(user);
  }
}
