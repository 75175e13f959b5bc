package dev.rookery.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;

/**
 * Notices that the surroundings of the handlers are down: outages of several keys in a row, without
 * a success between them. While it is open, one delivery at a time probes whether they are back.
 */
final class Breaker {
  private static final int KEYS = 5;
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  private final Set<String> failing = new HashSet<>();
  private Duration pause = FIRST_PAUSE;
  private boolean open;
  private Instant probeAt = Instant.MIN;

  boolean isOpen() {
    return open;
  }

  Instant probeAt() {
    return probeAt;
  }

  /** An outage; says whether the breaker has just opened. */
  boolean failed(String key, Instant now) {
    failing.add(key);
    if (open && now.isBefore(probeAt)) {
      return false;
    }
    if (open) {
      pause =
          pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0
              ? LONGEST_PAUSE
              : pause.multipliedBy(2);
      probeAt = now.plus(pause);
      return false;
    }
    if (failing.size() < KEYS) {
      return false;
    }
    open = true;
    probeAt = now.plus(pause);
    return true;
  }

  /** Any other outcome; says whether the breaker has just closed. */
  boolean answered() {
    failing.clear();
    pause = FIRST_PAUSE;
    boolean wasOpen = open;
    open = false;
    return wasOpen;
  }
}
