package dev.rookery.engine;

import dev.rookery.Partition;
import dev.rookery.spi.Claim;
import java.util.HashMap;
import java.util.Map;

/**
 * Watches the claims of other owners, to say when one may be challenged: when it was given back, or
 * when its epoch and renewals stood still for its ttl on this process' own monotonic clock (after
 * Chubby's lock sequencers and Kleppmann's fencing tokens; no wall clock takes part).
 */
final class ClaimWatch {
  private record Watched(Claim claim, long since) {}

  private final Map<Partition, Watched> watched = new HashMap<>();

  /** Takes a look at a claim as the store has it now, in nanoseconds. */
  boolean mayBeTaken(Claim present, long now) {
    if (present.released()) {
      return true;
    }
    Watched before = watched.get(present.partition());
    if (before == null || !standsStill(before.claim, present)) {
      watched.put(present.partition(), new Watched(present, now));
      return false;
    }
    return now - before.since >= present.ttl().toNanos();
  }

  private static boolean standsStill(Claim before, Claim present) {
    return before.epoch() == present.epoch() && before.renewals() == present.renewals();
  }
}
