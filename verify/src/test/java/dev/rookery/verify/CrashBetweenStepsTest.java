package dev.rookery.verify;

import static dev.rookery.testkit.Soon.within;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.DeadLetter;
import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.EventRejected;
import dev.rookery.Receipt;
import dev.rookery.Subscription;
import dev.rookery.engine.EngineBus;
import dev.rookery.redis.RedisProvider;
import dev.rookery.redis.TestServer;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Environment;
import dev.rookery.testkit.Recorder;
import dev.rookery.testkit.Samples;
import dev.rookery.verify.Scenario.Verdict;
import dev.rookery.verify.Stopping.Stop;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A process that ends, or has no memory, at any step of retry, dead letter, redrive, discard. */
@Tag("P4")
@Timeout(900)
class CrashBetweenStepsTest {
  private static final int AT_ONCE = 16;

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "FILE,false,false",
    "FILE,false,true",
    "FILE,true,false",
    "FILE,true,true",
    "REDIS,false,false",
    "REDIS,false,true",
    "REDIS,true,false",
    "REDIS,true,true"
  })
  void theEventIsAlwaysSomewhereAndAtTheEndInOnePlace(Store store, boolean hold, boolean discard)
      throws Exception {
    for (Stop stop : Stop.values()) {
      int steps = everyStep(store, hold, discard, stop);
      System.out.printf(
          "F12 %s: hold %s, discard %s, stop %s: %d steps, nowhere 0, not in one place 0%n",
          store, hold, discard, stop, steps);
      // What is saved together depends on how soon each is handled.
      assertThat(steps).isGreaterThan(4);
    }
  }

  /** Stops at the first step, the second and so on, as many as there are; says how many. */
  private int everyStep(Store store, boolean hold, boolean discard, Stop stop) throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
      int steps = 0;
      while (true) {
        boolean more = true;
        List<Future<Verdict>> running = new ArrayList<>();
        for (int at = steps + 1; at <= steps + AT_ONCE; at++) {
          Scenario scenario = new Scenario(hold, discard, stop, at);
          running.add(
              threads.submit(() -> scenario.run(() -> open(store, folder(scenario)), Set.of())));
        }
        for (Future<Verdict> each : running) {
          Verdict verdict = each.get();
          assertThat(verdict).matches(Verdict::well);
          steps += verdict.reached() ? 1 : 0;
          more &= verdict.reached();
        }
        if (!more) {
          return steps;
        }
      }
    }
  }

  private Path folder(Scenario scenario) {
    return folder.resolve(scenario.stop() + "-" + scenario.at());
  }

  private static Backend open(Store store, Path folder) {
    return store.open(folder, Scenario.CONFIG, Environment.system());
  }

  @ParameterizedTest
  @CsvSource({"false,false", "false,true", "true,false", "true,true"})
  void aRedisWithoutRoomKeepsEveryStepUntilSomebodyActsOnIt(boolean hold, boolean discard)
      throws Exception {
    try (TestServer server = TestServer.start("save \"\"")) {
      Address address = Address.parse(server.address());
      Verdict verdict =
          new Scenario(hold, discard, Stop.AFTER, 100)
              .run(
                  () -> new RedisProvider().open(address, Scenario.CONFIG, Environment.system()),
                  Set.of(),
                  () -> server.set("maxmemory", 1),
                  () -> server.set("maxmemory", 0));

      assertThat(verdict).matches(Verdict::well);
      assertThat(verdict.steps()).contains("bury", discard ? "discard" : "redrive");
    }
  }

  /** An operator's process that died between its act and its word. */
  @ParameterizedTest
  @EnumSource
  void anActThatNobodyWasToldOfIsFoundByTheOwner(Store store) {
    BusConfig config = BusConfig.standard().claimTtl(Duration.ofMillis(300));
    Recorder recorder =
        new Recorder()
            .doing((delivery, progress) -> {
              if (delivery.event().id().equals("poison")) {
                throw new EventRejected("never");
              }
            });
    Backend backend = open(store, folder);
    try (EventBus bus = new EngineBus(backend, config, Environment.system())) {
      bus.subscribe(
          Subscription.of("keeper", "user.said").exhausted(Subscription.Exhausted.HOLD),
          recorder.handler());
      Receipt poison = bus.publish(Draft.of("user.said").id("poison").key("sick"));
      bus.publish(Draft.of("user.said").id("behind").key("sick"));
      List<String> letter = List.of(DeadLetter.idOf("keeper", Samples.USER, poison.position()));
      within(Duration.ofSeconds(90))
          .until(() -> backend.deadLetters().parked("keeper", Samples.USER).containsKey("sick"));

      backend.deadLetters().discard(letter);

      recorder.awaitHandled("behind");
    }
  }

  /** The seeded bug: a dead letter that is said to be stored and is not. */
  @ParameterizedTest
  @MethodSource("dev.rookery.verify.Store#durable")
  void anEventThatIsNowhereIsFoundOut(Store store) throws Exception {
    Verdict honest =
        new Scenario(false, false, Stop.AFTER, 100)
            .run(() -> open(store, folder.resolve("a")), Set.of());
    assertThat(honest).matches(Verdict::well);
    assertThat(honest.steps()).contains("bury");

    Verdict verdict =
        new Scenario(false, false, Stop.AFTER, Scenario.AT_POISON_SAVED)
            .run(() -> open(store, folder.resolve("b")), Set.of("bury"));

    assertThat(verdict.steps()).last().isEqualTo("save");
    assertThat(verdict.nowhere()).containsExactly("poison");
  }
}
