package dev.rookery.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.check.HistoryLine.Applied;
import dev.rookery.check.HistoryLine.Handled;
import dev.rookery.check.HistoryLine.Handling;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Histories of a bus that keeps its promises are clean, and none that breaks one is. */
class ModelHistoryTest {
  private static final int SEEDS = Integer.getInteger("rookery.seeds", 200);
  private static final int STEPS = 2_000;

  private final List<HistoryLine> lines = new ArrayList<>();

  @Test
  void whatAFaultlessBusDidIsClean() {
    for (int seed = 0; seed < SEEDS; seed++) {
      ModelBus bus = play(seed);

      Findings findings = judged(bus);

      assertThat(findings.examples()).as("seed %d", seed).isEmpty();
      assertThat(findings.published()).as("seed %d", seed).isGreaterThan(50);
      assertThat(findings.duplicates()).as("seed %d", seed).isPositive();
    }
  }

  @Test
  void anEventThatDisappearsIsMissedAndNothingElseIsFound() {
    for (int seed = 0; seed < SEEDS; seed++) {
      ModelBus bus = play(seed);
      String id = "e" + (1 + new Random(seed).nextInt(50));
      boolean came = lines.removeIf(line -> isOfB(line, id));

      Findings findings = judged(bus);

      if (came) {
        assertThat(findings.anomalies())
            .as("seed %d, %s", seed, id)
            .containsAnyOf(Map.entry(Anomaly.SKIPPED, 1L), Map.entry(Anomaly.LOST, 1L))
            .hasSize(1);
      }
    }
  }

  private ModelBus play(int seed) {
    lines.clear();
    ModelBus bus = new ModelBus(seed, lines::add);
    bus.run(STEPS);
    return bus;
  }

  private Findings judged(ModelBus bus) {
    Rules rules =
        Rules.of(Set.of("a", "b"))
            .knowingEveryPublish()
            .withContiguousPositions()
            .withOneEffectIn(Set.of("a", "b"))
            .duplicatesAtMost(200L * bus.crashes);
    HistoryCheck check = new HistoryCheck(rules);
    lines.forEach(check::take);
    return check.findings(Map.of());
  }

  private static boolean isOfB(HistoryLine line, String id) {
    return switch (line) {
      case Handling it -> it.subscription().equals("b") && it.id().equals(id);
      case Handled it -> it.subscription().equals("b") && it.id().equals(id);
      case Applied it -> it.subscription().equals("b") && it.id().equals(id);
      default -> false;
    };
  }
}
