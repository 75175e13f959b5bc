package dev.rookery;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How the audit is kept. Operators' acts are always recorded.
 *
 * @param keys the first seals, all are known when it is verified; empty: the chain is a plain one
 * @param deliveries the subscriptions whose deliveries' outcomes are recorded, {@code *} for all
 * @param checkpoint the file that is told now and then how far the audit has come
 * @param checkpointEvery how often
 */
public record AuditConfig(
    List<AuditKey> keys,
    List<String> deliveries,
    Optional<Path> checkpoint,
    Duration checkpointEvery) {
  /** Acts only, in a plain chain. */
  public static final AuditConfig STANDARD =
      new AuditConfig(List.of(), List.of(), Optional.empty(), Duration.ofHours(1));

  public AuditConfig {
    keys = List.copyOf(keys);
    deliveries = List.copyOf(deliveries);
    if (checkpointEvery.compareTo(Duration.ofSeconds(1)) < 0
        || checkpointEvery.compareTo(Duration.ofDays(365)) > 0) {
      throw new InvalidInput(
          "checkpointEvery is " + checkpointEvery + "; it lies between a second and 365 days");
    }
  }

  public AuditConfig keys(List<AuditKey> secrets) {
    return new AuditConfig(secrets, deliveries, checkpoint, checkpointEvery);
  }

  public AuditConfig deliveries(String... subscriptions) {
    return new AuditConfig(keys, List.of(subscriptions), checkpoint, checkpointEvery);
  }

  public AuditConfig checkpoint(Path file, Duration every) {
    return new AuditConfig(keys, deliveries, Optional.of(file), every);
  }

  /** What new records are sealed with. */
  public AuditKey key() {
    return keys.isEmpty() ? AuditKey.NONE : keys.getFirst();
  }

  /** Whether the outcomes of a subscription's deliveries are recorded. */
  public boolean records(String subscription) {
    return deliveries.contains("*") || deliveries.contains(subscription);
  }
}
