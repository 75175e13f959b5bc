package dev.rookery.client.wire;

import dev.rookery.Pace;
import dev.rookery.ReplayTerms;
import dev.rookery.Start;
import org.jspecify.annotations.Nullable;

/**
 * What the body of a rewind says; what is missing has the usual value.
 *
 * @param external whether external effects are wanted again
 * @param rate events a second at most
 * @param speed the events' own times, so many times as fast
 */
public record RewindRequest(
    @Nullable Start to,
    @Nullable Boolean dryRun,
    @Nullable Boolean external,
    @Nullable Double rate,
    @Nullable Double speed) {

  public static RewindRequest of(Start to, ReplayTerms terms, boolean dryRun) {
    return new RewindRequest(
        to, dryRun, terms.external(), terms.pace().eventsPerSecond(), terms.pace().speed());
  }

  public boolean isDryRun() {
    return dryRun != null && dryRun;
  }

  public ReplayTerms terms() {
    return terms(external, rate, speed);
  }

  static ReplayTerms terms(
      @Nullable Boolean external, @Nullable Double rate, @Nullable Double speed) {
    return new ReplayTerms(
        external != null && external, new Pace(rate == null ? 0 : rate, speed == null ? 0 : speed));
  }
}
