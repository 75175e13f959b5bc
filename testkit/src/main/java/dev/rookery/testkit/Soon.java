package dev.rookery.testkit;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** Waiting for what must become true, looking often and giving up late. */
public final class Soon {
  private Soon() {}

  /** Gives up after a minute. */
  public static ConditionFactory soon() {
    return within(Duration.ofMinutes(1));
  }

  public static ConditionFactory within(Duration limit) {
    return Awaitility.await()
        .atMost(limit)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(2));
  }

  /** Looks for a while that something is and stays so. */
  public static void staysFor(Duration time, BooleanSupplier condition) {
    Awaitility.await()
        .atMost(time.plusSeconds(60))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(5))
        .during(time)
        .until(condition::getAsBoolean);
  }
}
