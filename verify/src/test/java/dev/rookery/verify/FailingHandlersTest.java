package dev.rookery.verify;

import static dev.rookery.testkit.Soon.within;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.BusConfig;
import dev.rookery.Delivery;
import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.EventHandler;
import dev.rookery.RetryPolicy;
import dev.rookery.Subscription;
import dev.rookery.check.Findings;
import dev.rookery.check.Latencies;
import dev.rookery.server.Server;
import dev.rookery.server.ServerConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One event in ten fails one to three times, over 200 keys; half of the keys have none of them. */
@Tag("P3")
@Timeout(600)
class FailingHandlersTest {
  private static final int KEYS = 200;
  private static final int EVENTS = 2_000;
  private static final Subscription SUBSCRIPTION =
      Bot.subscription("s")
          .retry(new RetryPolicy(5, Duration.ofMillis(20), Duration.ofMillis(100)));

  @TempDir private Path folder;

  /** What a handler does about an event that fails. */
  private interface OnFailure {
    void retry(Delivery delivery, Runnable handling);
  }

  private record Run(Findings findings, double untouchedP95) {}

  @ParameterizedTest
  @CsvSource({"MEMORY,false", "FILE,false", "FILE,true", "REDIS,false", "POSTGRES,false"})
  void everyKeyKeepsItsOrderAndUntouchedKeysAreNotHeldUp(Store store, boolean served)
      throws Exception {
    Run faultFree = run(store, served, "a", 0, FailingHandlersTest::fail);
    Run failing = run(store, served, "b", 3, FailingHandlersTest::fail);

    System.out.printf(
        "%s, p95 of untouched keys %.1f ms, without failures %.1f ms%n",
        History.figures("F10 " + (served ? "http" : store), 1, failing.findings()),
        failing.untouchedP95(),
        faultFree.untouchedP95());
    assertThat(failing.findings().isClean()).isTrue();
    assertThat(failing.findings().duplicates()).isZero();
    assertThat(failing.findings().deadLettered()).isZero();
    assertThat(failing.findings().delivered()).containsEntry("s", (long) EVENTS);
  }

  @Test
  void aHandlerThatTriesAgainByItselfLaterIsCaught() throws Exception {
    List<Runnable> held = new CopyOnWriteArrayList<>();
    Run run =
        run(
            Store.MEMORY,
            false,
            "c",
            3,
            (delivery, handling) -> {
              held.add(handling);
              // The last event that fails is the second of its key: those between are handled.
              if (held.size() == EVENTS / 10) {
                held.forEach(Runnable::run);
              }
            });

    assertThat(run.findings().outOfOrder()).isPositive();
  }

  private static void fail(Delivery delivery, Runnable handling) {
    throw new IllegalStateException("attempt " + delivery.attempt());
  }

  private Run run(Store store, boolean served, String name, int failures, OnFailure onFailure)
      throws Exception {
    BusConfig config = BusConfig.standard();
    try (EventBus bus = EventBus.open(store.address(folder.resolve(name)), config)) {
      if (!served) {
        return run(bus, failures, onFailure);
      }
      try (Server server = Server.start(bus, config, ServerConfig.of("127.0.0.1", 0));
          EventBus remote = EventBus.open(server.address())) {
        return run(remote, failures, onFailure);
      }
    }
  }

  private Run run(EventBus bus, int failures, OnFailure onFailure) throws Exception {
    History history = new History(folder);
    Latencies untouched = new Latencies();
    Map<String, Long> sent = new ConcurrentHashMap<>();
    AtomicInteger handled = new AtomicInteger();
    bus.subscribe(
        SUBSCRIPTION,
        EventHandler.ofDeliveries((delivery, progress) -> {
          String id = delivery.event().id();
          long fails = failures == 0 ? 0 : failuresOf(delivery);
          Runnable handling =
              () -> {
                history.handled(delivery);
                handled.incrementAndGet();
              };
          if (delivery.attempt() <= fails) {
            onFailure.retry(delivery, handling);
            return;
          }
          if (isUntouched(delivery.event().key())) {
            untouched.record(System.nanoTime() - sent.get(id));
          }
          handling.run();
        }));
    for (int n = 0; n < EVENTS; n++) {
      Draft draft = history.next("user.said", "k" + n % KEYS);
      sent.put(draft.id().orElseThrow(), System.nanoTime());
      history.publish(bus, draft);
    }
    within(Duration.ofMinutes(2)).until(() -> handled.get() >= EVENTS);
    within(Duration.ofMinutes(2)).until(() -> bus.operations().subscription("s").lagEvents() == 0);
    return new Run(history.judge(bus, "s"), untouched.percentileMillis(0.95));
  }

  private static int number(String key) {
    return Integer.parseInt(key.substring(1));
  }

  private static boolean isUntouched(String key) {
    return number(key) % 2 == 0;
  }

  /** Every fifth event of a touched key fails one to three times. */
  private static long failuresOf(Delivery delivery) {
    String key = delivery.event().key();
    long seq = delivery.event().data().tree().path("seq").asLong();
    return isUntouched(key) || (seq + number(key)) % 5 != 0 ? 0 : 1 + seq % 3;
  }
}
