package dev.rookery.benchmarks.report;

import dev.rookery.benchmarks.load.Measured;
import java.util.List;

/** Everything that was measured, in order. */
public record Rounds(List<Round> all) {
  /**
   * One measurement.
   *
   * @param round within which each contender ran once, from 1
   */
  public record Round(int round, Measured measured) {}

  public Rounds {
    all = List.copyOf(all);
  }
}
