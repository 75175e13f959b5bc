package dev.rookery.spi;

import dev.rookery.Partition;
import dev.rookery.StaleClaim;
import java.time.Duration;

/**
 * The right of one owner to work on one partition of one subscription. It stores no time: a
 * challenger measures on its own clock whether (epoch, renewals) stand still.
 *
 * @param owner empty where it was released
 * @param epoch rises with every change of owner
 * @param renewals rises with every renewal
 * @param clean whether the last owner gave it back itself, having saved its cursor
 */
public record Claim(
    String subscription,
    Partition partition,
    String owner,
    long epoch,
    long renewals,
    Duration ttl,
    boolean clean) {
  public boolean released() {
    return owner.isEmpty();
  }

  /** What its owner is told when it has it no longer. */
  public StaleClaim stale() {
    return new StaleClaim(
        owner
            + " no longer has "
            + partition
            + " of the subscription "
            + subscription
            + "; its epoch "
            + epoch
            + " is over");
  }
}
