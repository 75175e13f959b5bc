package dev.rookery.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Subscription;
import dev.rookery.engine.Mutant.Change;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The simulation is worth something only if it finds the bugs that are there. */
class FleetSimulationControlTest {
  private static final int SEEDS = 100;
  private static final Change SETTLED_TWICE =
      new Change(
          "engine/Outstanding.java",
          "    node.settled = true;\n",
          "    if (node.settled) {\n      return;\n    }\n    node.settled = true;\n");

  @TempDir private Path folder;

  static Stream<Mutant> mutants() {
    return Stream.of(
        Mutant.of(
            "the cursor is saved before the outcome",
            SETTLED_TWICE,
            worker(
                "    running.put(pending.position, pending);\n",
                """
                    running.put(pending.position, pending);
                    if (pending.node != null) {
                      outstanding.settle(pending.node);
                      change(Instant.MIN);
                    }
                """)),
        Mutant.of(
            "the cursor is read before the claim",
            new Change(
                "engine/TakeOver.java",
                "    return backend\n",
                """
                    Cursor early =
                        backend.subscriptions().cursors(seen.subscription()).get(seen.partition());
                    return backend
                """),
            new Change(
                "engine/TakeOver.java",
                "claim -> of(backend, claim)",
                "claim -> of(backend, claim, early)"),
            new Change(
                "engine/TakeOver.java",
                "of(Backend backend, Claim claim)",
                "of(Backend backend, Claim claim, Cursor early)"),
            new Change("engine/TakeOver.java", "backend.subscriptions().load(claim)", "early")),
        Mutant.of(
            "what was given up before a crash is tried again",
            new Change("engine/TakeOver.java", "if (claim.clean()) {", "if (claim.epoch() > 0) {")),
        Mutant.of(
            "settled ranges are lost at a take-over",
            worker("new ArrayDeque<>(cursor.settled())", "new ArrayDeque<>()")),
        Mutant.of(
            "attempts are lost at a take-over",
            worker("new TreeMap<>(cursor.waiting())", "new TreeMap<>()")),
        Mutant.of(
            "a lane is released at its handler's deadline",
            worker(
                "      block(lane);\n      lane.troubledSince = now;\n",
                "      takeBack(lane, pending);\n      pending.attempts++;\n      head(lane, now);\n")),
        Mutant.of(
            "an attempt is counted after the call",
            worker(
                """
                    lane.ready = true;
                    savingAttemptOf = lane;
                    attemptVersion = saveVersion + 1;
                    saveNow = true;
                    change(now);
                """,
                """
                    first.counted = false;
                    first.attempts--;
                    start(lane, 1, now);
                """)),
        Mutant.of(
            "the log is trimmed past a reader",
            new Change(
                "memory/MemorySubscriptions.java",
                "action.applyAsLong(kept.isAfter(lowest) ? kept : lowest)",
                "action.applyAsLong(NO_FLOOR)")),
        Mutant.of(
            "a stale epoch may save",
            new Change(
                "memory/MemorySubscriptions.java",
                "        && mine.claim.epoch() == claim.epoch()\n",
                ""),
            new Change(
                "memory/MemorySubscriptions.java",
                "        && mine.claim.owner().equals(claim.owner())\n",
                "")),
        Mutant.of(
            "a dead letter counts as settled before it is stored",
            SETTLED_TWICE,
            worker(
                "    pending.burying = true;\n",
                """
                    pending.burying = true;
                    if (pending.node != null) {
                      outstanding.settle(pending.node);
                    }
                """)),
        Mutant.of(
            "the window forgets what is not saved",
            worker(" - running.size() - unsaved - unsavedInFlight", " - running.size()")),
        Mutant.of(
            "what is parked overtakes what is not read yet",
            worker("if (letter.position().isAfter(readUpTo)) {", "if (lane.key.isEmpty()) {")),
        Mutant.of(
            "a retry does not wait",
            worker(
                "first.notBefore.isAfter(now) && !breaker.isOpen()",
                "breaker.isOpen() && now == null")),
        Mutant.of(
            "the end of an outage frees the lane that is being settled",
            worker(
                "other != lane && !other.isRunning() && !other.queue",
                "!other.isRunning() && !other.queue")),
        Mutant.of(
            "what is behind a held dead letter goes on",
            worker(
                "          blocked = true;\n          break;\n", "          blocked = false;\n")),
        Mutant.of(
            "a redriven letter stays in the store",
            worker("      toUnbury.add(letter.id());\n", "")),
        Mutant.of(
            "a replay ends before its last events are settled",
            worker(" && quiet && outstanding.isEmpty() && parked.isEmpty()", " && quiet")),
        Mutant.of(
            "a claim is challenged before its time",
            new Change(
                "engine/ClaimWatch.java",
                "return now - before.since >= present.ttl().toNanos();",
                "return true;")));
  }

  private static Change worker(String sound, String seeded) {
    return new Change("engine/Worker.java", sound, seeded);
  }

  @ParameterizedTest
  @MethodSource("mutants")
  void aSeededBugIsFound(Mutant mutant) throws Exception {
    Optional<String> found = firstFailure(mutant.compile(folder), SEEDS);

    System.out.println(mutant + ": " + found.orElse("not found"));
    assertThat(found).as(mutant.name()).isPresent();
  }

  @Test
  void theSoundEngineIsNotSuspected() throws Exception {
    assertThat(firstFailure(Mutant.of("sound").compile(folder), 5)).isEmpty();
  }

  private static Optional<String> firstFailure(ClassLoader classes, int seeds) throws Exception {
    Class<?> runs = classes.loadClass("dev.rookery.engine.FleetRun");
    Method live = runs.getDeclaredMethod("of", long.class, Subscription.Exhausted.class);
    Method replay = runs.getDeclaredMethod("ofReplay", long.class);
    live.setAccessible(true);
    replay.setAccessible(true);
    try {
      for (long seed = 1; seed <= seeds; seed++) {
        for (Subscription.Exhausted exhausted : Subscription.Exhausted.values()) {
          live.invoke(null, seed, exhausted);
        }
        replay.invoke(null, seed);
      }
    } catch (InvocationTargetException e) {
      return Optional.of(String.valueOf(e.getCause().getMessage()));
    }
    return Optional.empty();
  }
}
