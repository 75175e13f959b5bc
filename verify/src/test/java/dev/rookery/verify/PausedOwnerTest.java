package dev.rookery.verify;

import static dev.rookery.testkit.Soon.within;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.BusConfig;
import dev.rookery.EventBus;
import dev.rookery.EventHandler;
import dev.rookery.Partition;
import dev.rookery.StaleClaim;
import dev.rookery.Subscription;
import dev.rookery.check.Findings;
import dev.rookery.engine.EngineBus;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Claim;
import dev.rookery.spi.Environment;
import dev.rookery.spi.SubscriptionStore;
import dev.rookery.testkit.TwistedBackend;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * An owner stands still while another takes over, and goes on as if nothing had been; {@code
 * -Drookery.pauses=20 -Drookery.pauseSeconds=7} for a long run.
 */
@Tag("P3")
@Timeout(900)
class PausedOwnerTest {
  private static final int PAUSES = Integer.getInteger("rookery.pauses", 1);
  private static final Duration TTL = Duration.ofSeconds(2);
  private static final Duration PAUSE =
      Duration.ofSeconds(Integer.getInteger("rookery.pauseSeconds", 3));
  private static final BusConfig CONFIG = BusConfig.standard().claimTtl(TTL);
  private static final Partition USER = new Partition("user", 0);
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir private Path folder;

  /** One process: what it asks of the store and its handlers stand still while it is paused. */
  private static final class Paused implements TwistedBackend.Twist {
    private final Backend backend;
    private final TwistedBackend.Twist then;
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicInteger accepted = new AtomicInteger();
    private volatile boolean pausesAtSave;
    private volatile boolean paused;

    Paused(Backend backend, TwistedBackend.Twist then) {
      this.backend = backend;
      this.then = then;
    }

    void stand() {
      while (paused) {
        LockSupport.parkNanos(1_000_000);
      }
    }

    @Override
    public Object answer(TwistedBackend.Call call) throws Throwable {
      if (call.of("save") && pausesAtSave) {
        pausesAtSave = false;
        paused = true;
      }
      stand();
      if (!call.of("save")) {
        return call.pass();
      }
      Claim mine = (Claim) call.arguments().getFirst();
      long epoch = Objects.requireNonNull(current().get(USER)).epoch();
      try {
        Object answer = then.answer(call);
        if (mine.epoch() < epoch) {
          accepted.incrementAndGet();
        }
        return answer;
      } catch (StaleClaim e) {
        refused.incrementAndGet();
        throw e;
      }
    }

    private Map<Partition, Claim> current() {
      return backend.subscriptions().claims("s");
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatAnOwnerSavesAfterAPauseIsRefusedAndOrderIsKept(Store store) throws Exception {
    int refused = 0;
    for (int round = 0; round < PAUSES; round++) {
      Paused owner = pauseOne(store, round, TwistedBackend.Call::pass);
      assertThat(owner.accepted).hasValue(0);
      refused += owner.refused.get();
    }
    System.out.printf("F14 %s: rounds %d, late saves refused %d%n", store, PAUSES, refused);
    assertThat(refused).isPositive();
  }

  @Test
  void aStoreThatAcceptsAStaleClaimIsCaught() throws Exception {
    Paused owner =
        pauseOne(
            Store.MEMORY,
            0,
            call -> {
              Claim now =
                  Objects.requireNonNull(
                      ((SubscriptionStore) call.part()).claims("s").get(USER), "there is a claim");
              return call.pass(now, call.arguments().get(1));
            });

    assertThat(owner.accepted.get()).isPositive();
  }

  private Paused pauseOne(Store store, int round, TwistedBackend.Twist twist) throws Exception {
    Path place = folder.resolve("round-" + round);
    History history = new History(folder);
    Subscription subscription = Bot.subscription("s");
    try (Backend backend = store.open(place, CONFIG, Environment.system())) {
      Paused first = new Paused(backend, twist);
      Paused second = new Paused(backend, TwistedBackend.Call::pass);
      try (EventBus one =
              new EngineBus(
                  new TwistedBackend(backend, first, true), CONFIG, Environment.system());
          EventBus two =
              new EngineBus(
                  new TwistedBackend(backend, second, true), CONFIG, Environment.system())) {
        AtomicInteger byFirst = new AtomicInteger();
        AtomicInteger bySecond = new AtomicInteger();
        one.subscribe(subscription, handler(history, first, byFirst));
        try (Feeder _ = new Feeder(history, two, 4)) {
          within(PATIENCE).until(() -> byFirst.get() > 50);
          two.subscribe(subscription, handler(history, second, bySecond));
          first.pausesAtSave = true;
          within(PATIENCE).until(() -> first.paused);
          long until = System.nanoTime() + PAUSE.toNanos();
          within(PATIENCE).until(() -> bySecond.get() > 50 && System.nanoTime() > until);
          first.paused = false;
          int before = bySecond.get();
          within(PATIENCE)
              .until(() ->
                  bySecond.get() > before + 50 && first.refused.get() + first.accepted.get() > 0);
        }
        within(PATIENCE).until(() -> two.operations().subscription("s").lagEvents() == 0);
        Findings findings = history.judge(two, "s");
        System.out.println(History.figures("F14 " + store + " round " + round, 1, findings));
        assertThat(findings.isClean()).as(findings.examples().toString()).isTrue();
        two.operations().remove("s");
      }
      return first;
    }
  }

  private static EventHandler handler(History history, Paused process, AtomicInteger count) {
    return EventHandler.ofDeliveries((delivery, progress) -> {
      process.stand();
      history.handled(delivery);
      count.incrementAndGet();
    });
  }

  /** The server gives up a subscriber that is silent for ten seconds. */
  @Test
  void aBotThatIsStoppedForLongerThanTheServerIsPatientDisturbsNobody() throws Exception {
    History history = new History(folder);
    ServerProcess server = ServerProcess.start(folder.resolve("data"));
    try (EventBus bus = EventBus.open(server.address())) {
      for (int round = 0; round < PAUSES; round++) {
        pauseBot(history, server, bus);
      }
      Findings findings = history.judge(bus, "s");
      System.out.println(History.figures("F14 server", PAUSES, findings));
      assertThat(findings.isClean()).as(findings.examples().toString()).isTrue();
      assertThat(findings.duplicates())
          .isLessThanOrEqualTo((long) PAUSES * Bot.subscription("s").window());
    } finally {
      server.kill();
    }
  }

  private static void pauseBot(History history, ServerProcess server, EventBus bus)
      throws Exception {
    Path owners = history.file("owner");
    BotProcess owner = BotProcess.start(server.address(), "s", owners, Bot.Mode.PAUSE, 100);
    owner.await("ready");
    within(PATIENCE)
        .until(
            () -> bus.operations().subscription("s").partitions().getFirst().owner().isPresent());
    BotProcess other =
        BotProcess.start(server.address(), "s", history.file("other"), Bot.Mode.STEADY, 0)
            .await("ready");
    try (Feeder _ = new Feeder(history, bus, 4)) {
      owner.await("paused");
      owner.signal("STOP");
      long stopped = System.nanoTime();
      int before = history.published();
      long bytes = history.bytes();
      within(PATIENCE).until(() -> history.bytes() > bytes && history.published() > before);
      System.out.printf(
          "F14 server: taken over after %d ms%n", (System.nanoTime() - stopped) / 1_000_000);
      owner.signal("CONT");
      long late = history.bytes();
      within(PATIENCE).until(() -> history.bytes() > late + 1_000);
    }
    within(PATIENCE).until(() -> bus.operations().subscription("s").lagEvents() == 0);
    owner.end();
    other.end();
  }
}
