package dev.rookery.testkit;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** Waiting for what must become true, looking often and giving up late. */
public final class Soon {
  private Soon() {}

  /** Gives up after ten seconds. */
  public static ConditionFactory soon() {
    return within(Duration.ofSeconds(10));
  }

  public static ConditionFactory within(Duration limit) {
    return Awaitility.await()
        .atMost(limit)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(2));
  }
}
