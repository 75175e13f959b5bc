package dev.rookery.engine;

import dev.rookery.Subscription;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** What a simulated run came to: trouble, healing, and everything worked through. */
record FleetRun(
    long steps,
    int crashes,
    int takeOvers,
    Set<String> occurred,
    Set<SimulatedFleet.Fault> faults,
    long trace) {
  private static final int TROUBLE = 10_000;
  private static final int MOST_TROUBLE = 10 * TROUBLE;
  private static final int MOST_STEPS = 400_000;

  /**
   * Runs a seed.
   *
   * @throws AssertionError when a promise is broken, with the seed
   */
  static FleetRun of(long seed, Subscription.Exhausted exhausted) {
    return of(seed, exhausted, false, FleetRun::live);
  }

  /** Runs a seed whose subscription is a replay; otherwise as {@link #of}. */
  static FleetRun ofReplay(long seed) {
    return of(seed, Subscription.Exhausted.CONTINUE, true, FleetRun::replay);
  }

  private static FleetRun of(
      long seed, Subscription.Exhausted exhausted, boolean replay, Consumer<SimulatedFleet> story) {
    try (SimulatedFleet fleet = new SimulatedFleet(seed, exhausted, replay)) {
      try {
        story.accept(fleet);
        return new FleetRun(fleet);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError(
            "seed " + seed + ", " + exhausted + ", after " + fleet.agenda.steps() + " steps: " + e,
            e);
      }
    }
  }

  private FleetRun(SimulatedFleet fleet) {
    Set<String> occurred = new TreeSet<>(fleet.occurred());
    occurred.addAll(fleet.judge.occurred());
    this(
        fleet.agenda.steps(),
        crashes(fleet),
        fleet.takeOvers(),
        occurred,
        new TreeSet<>(fleet.faults().keySet()),
        fleet.agenda.trace());
  }

  private static void replay(SimulatedFleet fleet) {
    fleet.trouble(TROUBLE);
    fleet.heal();
    drain(fleet, fleet.judge::hasReplayed, () -> {});
    fleet.judge.checkNothingIsLost(fleet.kept());
  }

  private static void live(SimulatedFleet fleet) {
    do {
      fleet.trouble(TROUBLE);
    } while ((crashes(fleet) < 3 || fleet.takeOvers() < 2) && fleet.agenda.steps() < MOST_TROUBLE);
    fleet.heal();
    drain(fleet, fleet::isDrained, () -> {});
    fleet.judge.checkNothingIsLost(fleet.kept());
    drain(fleet, fleet::isDrained, fleet::redriveAll);
    fleet.judge.checkNothingIsLost(fleet.kept());
    fleet.judge.checkNothingIsLeft(fleet.kept());
  }

  private static int crashes(SimulatedFleet fleet) {
    return fleet.faults().getOrDefault(SimulatedFleet.Fault.CRASH, 0);
  }

  private static void drain(SimulatedFleet fleet, BooleanSupplier done, Runnable operator) {
    long steps = 0;
    operator.run();
    while (!done.getAsBoolean()) {
      operator.run();
      for (int i = 0; i < 200; i++) {
        fleet.agenda.step();
      }
      steps += 200;
      if (steps > MOST_STEPS) {
        throw new AssertionError("does not come to rest: " + fleet.describe());
      }
    }
  }
}
