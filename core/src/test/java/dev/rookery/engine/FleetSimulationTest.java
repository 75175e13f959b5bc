package dev.rookery.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Subscription;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The engine in a simulated fleet, a seed after the other; {@code -Drookery.seeds=10000} for a long
 * run, {@code -Drookery.seed=4711} for that one alone.
 */
@Tag("P3")
@Tag("P4")
@Tag("P6")
class FleetSimulationTest {
  private static final long SEEDS = Long.getLong("rookery.seeds", 200);
  private static final long ONE_SEED = Long.getLong("rookery.seed", 0);

  private static LongStream seeds(long most) {
    return ONE_SEED == 0 ? LongStream.rangeClosed(1, most).parallel() : LongStream.of(ONE_SEED);
  }

  @ParameterizedTest
  @EnumSource
  void nothingIsLostAndEveryKeyKeepsItsOrder(Subscription.Exhausted exhausted) {
    Set<String> occurred = ConcurrentHashMap.newKeySet();
    Set<SimulatedFleet.Fault> faults = ConcurrentHashMap.newKeySet();
    seeds(SEEDS)
        .forEach(seed -> {
          FleetRun run = FleetRun.of(seed, exhausted);
          if (ONE_SEED != 0) {
            System.out.println("seed " + seed + ", " + exhausted + ": " + run);
          }
          assertThat(run.steps()).as("steps of seed %s", seed).isGreaterThan(10_000);
          assertThat(run.crashes()).as("crashes of seed %s", seed).isGreaterThanOrEqualTo(3);
          assertThat(run.takeOvers()).as("take-overs of seed %s", seed).isGreaterThanOrEqualTo(2);
          occurred.addAll(run.occurred());
          faults.addAll(run.faults());
        });
    if (ONE_SEED == 0) {
      assertThat(faults).containsExactlyInAnyOrder(SimulatedFleet.Fault.values());
      assertThat(occurred)
          .contains("Read", "Handle", "Save", "Bury", "Unbury", "FetchKey", "FetchRedriving")
          .contains("Wake", "Stopped", "Ack", "Retry", "Dead")
          .contains("Handled", "Failed", "TimedOut", "Rejected")
          .contains("EXHAUSTED", "REJECTED", "PARKED", "LOOP", "CRASHED", "UNDECODABLE");
    }
  }

  @Test
  void aReplayEndsWhenEverythingUpToItsEndIsSettled() {
    Set<String> occurred = ConcurrentHashMap.newKeySet();
    seeds(Math.max(1, SEEDS / 10))
        .forEach(seed -> occurred.addAll(FleetRun.ofReplay(seed).occurred()));
    if (ONE_SEED == 0) {
      assertThat(occurred).contains("Ended", "Stopped", "Retry", "Dead");
    }
  }

  @Test
  void theSameSeedRunsTheSame() {
    FleetRun once = FleetRun.of(17, Subscription.Exhausted.HOLD);

    assertThat(FleetRun.of(17, Subscription.Exhausted.HOLD)).isEqualTo(once);
    assertThat(FleetRun.of(18, Subscription.Exhausted.HOLD).trace()).isNotEqualTo(once.trace());
  }
}
