package dev.rookery.verify;

import static dev.rookery.testkit.Soon.within;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.EventBus;
import dev.rookery.check.Findings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Server and bots are killed again and again while events are published; {@code
 * -Drookery.rounds=300} for a long run.
 */
@Tag("P1")
@Tag("P3")
@Tag("P4")
@Timeout(3_600)
class KilledServerAndBotsTest {
  private static final int ROUNDS = Integer.getInteger("rookery.rounds", 3);
  private static final int KEYS = 4;
  private static final int WINDOW = Bot.subscription("any").window();
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final List<String> SUBSCRIPTIONS = List.of("crew", "crew", "solo");

  @TempDir private Path folder;
  private final List<BotProcess> bots = new ArrayList<>();
  private int crashes;
  private long slowestMillis;

  @Test
  void nothingIsLostAndEveryKeyKeepsItsOrderThoughServerAndBotsAreKilled() throws Exception {
    Findings findings = run();

    assertThat(findings.isClean()).as(findings.examples().toString()).isTrue();
    assertThat(findings.deadLettered()).isZero();
    assertThat(findings.duplicates()).isLessThanOrEqualTo((long) WINDOW * crashes);
  }

  @Test
  void aBotThatReturnsBeforeItsEffectIsCaught() throws Exception {
    History history = new History(folder);
    ServerProcess server = ServerProcess.start(folder.resolve("data"));
    try (EventBus bus = EventBus.open(server.address())) {
      bots.add(start(server, history, "solo", Bot.Mode.EAGER).await("ready"));
      try (Feeder _ = new Feeder(history, bus, KEYS)) {
        awaitProgress(history, List.of("solo"));
        bots.getFirst().kill();
      }
      bots.set(0, start(server, history, "solo", Bot.Mode.STEADY).await("ready"));
      awaitNothingLeft(bus, "solo");

      assertThat(history.judge(bus, "solo").lost()).isPositive();
    } finally {
      bots.getFirst().kill();
      server.kill();
    }
  }

  private Findings run() throws Exception {
    History history = new History(folder);
    ServerProcess server = ServerProcess.start(folder.resolve("data"));
    try (EventBus bus = EventBus.open(server.address())) {
      for (String subscription : SUBSCRIPTIONS) {
        bots.add(start(server, history, subscription, Bot.Mode.STEADY));
      }
      awaitReady();
      try (Feeder _ = new Feeder(history, bus, KEYS)) {
        awaitProgress(history, SUBSCRIPTIONS);
        for (int round = 0; round < ROUNDS; round++) {
          kill(round, server, history);
        }
        awaitProgress(history, SUBSCRIPTIONS);
      }
      awaitNothingLeft(bus, "crew");
      awaitNothingLeft(bus, "solo");
      for (BotProcess bot : bots) {
        bot.end();
      }
      Findings findings = history.judge(bus, "crew", "solo");
      System.out.println(
          History.figures("kill -9 of server and bots", ROUNDS, findings)
              + ", bound of duplicates "
              + WINDOW * crashes
              + ", slowest recovery "
              + slowestMillis
              + " ms");
      return findings;
    } finally {
      for (BotProcess bot : bots) {
        bot.kill();
      }
      server.kill();
    }
  }

  /** However much was left behind: as long as it becomes less. */
  private static void awaitNothingLeft(EventBus bus, String subscription) {
    for (long left = lag(bus, subscription); left > 0; left = lag(bus, subscription)) {
      long before = left;
      within(PATIENCE).until(() -> lag(bus, subscription) < before);
    }
  }

  private static long lag(EventBus bus, String subscription) {
    return bus.operations().subscription(subscription).lagEvents();
  }

  private static BotProcess start(
      ServerProcess server, History history, String subscription, Bot.Mode mode) {
    return BotProcess.start(server.address(), subscription, history.file(subscription), mode, 0);
  }

  private void awaitReady() throws Exception {
    for (BotProcess bot : bots) {
      bot.await("ready");
    }
  }

  /** Everything, the server, or one bot. */
  private void kill(int round, ServerProcess server, History history) throws Exception {
    long killed = System.nanoTime();
    boolean all = round % 3 == 0;
    boolean onlyServer = round % 3 == 1;
    if (all || onlyServer) {
      server.kill();
    }
    for (int n = 0; n < bots.size(); n++) {
      if (all || (!onlyServer && n == round % bots.size())) {
        bots.get(n).kill();
      }
    }
    crashes += 2;
    if (all || onlyServer) {
      server.restart();
    }
    for (int n = 0; n < bots.size(); n++) {
      if (!bots.get(n).isAlive()) {
        bots.set(n, start(server, history, SUBSCRIPTIONS.get(n), Bot.Mode.STEADY));
        bots.get(n).await("ready");
      }
    }
    awaitProgress(history, SUBSCRIPTIONS);
    slowestMillis = Math.max(slowestMillis, (System.nanoTime() - killed) / 1_000_000);
  }

  /**
   * Waits until something more was published, and each subscription got on: an event that is being
   * handled at three kills in a row would be taken for one that kills.
   */
  private static void awaitProgress(History history, List<String> subscriptions) throws Exception {
    int published = history.published();
    Map<String, Long> reached = reached(history, subscriptions);
    within(PATIENCE)
        .until(() ->
            history.published() > published + 20
                && reached(history, subscriptions).entrySet().stream()
                    .allMatch(now -> now.getValue() > reached.get(now.getKey()) + 1));
  }

  private static Map<String, Long> reached(History history, List<String> subscriptions)
      throws IOException {
    Map<String, Long> reached = new HashMap<>();
    for (String subscription : subscriptions) {
      reached.put(subscription, history.reached(subscription));
    }
    return reached;
  }
}
