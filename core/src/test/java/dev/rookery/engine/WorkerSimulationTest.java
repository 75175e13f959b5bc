package dev.rookery.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.DeadLetter;
import dev.rookery.Event;
import dev.rookery.RetryPolicy;
import dev.rookery.Subscription;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WorkerSimulationTest {
  private static final int SEEDS = 500;
  private static final int MOST_STEPS = 200_000;

  private static Subscription subscription(Subscription.Exhausted exhausted) {
    return Subscription.of("moderator", "user.message")
        .window(16)
        .exhausted(exhausted)
        .retry(new RetryPolicy(4, Duration.ofMillis(10), Duration.ofSeconds(1)));
  }

  @ParameterizedTest
  @EnumSource
  void nothingIsLostAndEveryKeyKeepsItsOrderThroughFailuresCrashesAndOperators(
      Subscription.Exhausted exhausted) {
    for (long seed = 1; seed <= SEEDS; seed++) {
      SimulatedSubscription run =
          new SimulatedSubscription(seed, subscription(exhausted), 300, 1 + (int) (seed % 12));
      trouble(run);
      drain(run, seed);
      check(run, seed, exhausted);
      run.mend();
      run.redriveAll();
      drain(run, seed);
      assertThat(run.letters.values())
          .as("seed %s: every dead letter is redriven in the end: %s", seed, run.progress())
          .isEmpty();
      for (long position = 1; position <= run.log.size(); position++) {
        if (run.wanted(position)
            && !run.discarded.contains(position)
            && !loops(run.log.get((int) position - 1))) {
          assertThat(run.handled).as("seed %s: handled in the end", seed).contains(position);
        }
      }
    }
  }

  private static boolean loops(Event event) {
    return event.hops() > 16;
  }

  /** Crashes, an outage and an operator, while the log is worked through. */
  private static void trouble(SimulatedSubscription run) {
    int steps = 400 + run.random.nextInt(800);
    for (int i = 0; i < steps && run.step(); i++) {
      int drawn = run.random.nextInt(400);
      if (drawn == 0) {
        run.crash();
      } else if (drawn == 1) {
        run.outage(true);
      } else if (drawn < 8) {
        run.outage(false);
      } else if (drawn == 8) {
        run.discardOne();
      }
    }
    run.outage(false);
  }

  private static void drain(SimulatedSubscription run, long seed) {
    int steps = 0;
    while (run.step()) {
      assertThat(steps++)
          .as("seed %s comes to rest: %s", seed, run.progress())
          .isLessThan(MOST_STEPS);
    }
    assertThat(run.waitsAtTheEnd())
        .as("seed %s read to the end: %s", seed, run.progress())
        .isTrue();
    assertThat(run.progress().floor().position().high())
        .as("seed %s: %s", seed, run.progress())
        .isEqualTo(run.log.size());
    assertThat(run.progress().floor().ordinal()).as("seed %s", seed).isEqualTo(run.log.size());
    assertThat(run.cursor.floor().position().high())
        .as("seed %s saved", seed)
        .isEqualTo(run.log.size());
  }

  private static void check(
      SimulatedSubscription run, long seed, Subscription.Exhausted exhausted) {
    Set<Long> kept = new HashSet<>();
    for (DeadLetter letter : run.letters.values()) {
      kept.add(letter.position().high());
      if (exhausted == Subscription.Exhausted.CONTINUE) {
        assertThat(letter.reason())
            .as("seed %s: nothing stays parked", seed)
            .isNotEqualTo(DeadLetter.Reason.PARKED);
      }
    }
    Map<String, Long> last = new HashMap<>();
    Set<Long> first = new HashSet<>();
    for (SimulatedSubscription.Handling handling : run.handlings) {
      long position = handling.position();
      assertThat(run.wanted(position)).as("seed %s: only what was asked for", seed).isTrue();
      if (first.add(position)) {
        String key = run.log.get((int) position - 1).key();
        assertThat(last.getOrDefault(key, 0L))
            .as("seed %s: order of %s at %s", seed, key, position)
            .isLessThan(position);
        last.put(key, position);
      }
    }
    for (long position = 1; position <= run.log.size(); position++) {
      if (run.wanted(position)) {
        assertThat(
                run.handled.contains(position)
                    || kept.contains(position)
                    || run.discarded.contains(position))
            .as("seed %s: %s is handled, kept aside or thrown away by an operator", seed, position)
            .isTrue();
      }
    }
    assertThat(run.most).as("seed %s: the window holds", seed).isLessThanOrEqualTo(16);
  }
}
