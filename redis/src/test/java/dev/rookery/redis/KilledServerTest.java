package dev.rookery.redis;

import static dev.rookery.testkit.Soon.within;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.BusConfig;
import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.RookeryException;
import dev.rookery.Start;
import dev.rookery.Subscriber;
import dev.rookery.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A Redis that syncs, killed under publishers and subscribers; {@code -Drookery.kills=20
 * -Drookery.rate=2000} (events a second) for a long run.
 */
@Tag("P1")
@Tag("P3")
@Timeout(1_800)
class KilledServerTest {
  private static final int KILLS = Integer.getInteger("rookery.kills", 3);
  private static final int RATE = Integer.getInteger("rookery.rate", 100);
  private static final int KEYS = 20;
  private static final Duration SPELL = Duration.ofMillis(250);
  private static final Subscription SUBSCRIPTION =
      Subscription.of("all", "bot.**").from(Start.earliest());

  private final Queue<String> handled = new ConcurrentLinkedQueue<>();
  private final AtomicInteger handlings = new AtomicInteger();
  private final AtomicInteger publishes = new AtomicInteger();
  private long slowestMillis;
  private volatile boolean over;

  /** What of the events that have a receipt became of them, and of those that were handled. */
  private record Outcome(int published, long lost, int outOfOrder, int duplicates, long phantoms) {}

  @Test
  void nothingIsLostOrOutOfOrderWhenTheServerIsKilled() throws Exception {
    try (TestServer server =
        TestServer.start("save \"\"", "appendonly yes", "appendfsync always")) {
      Outcome outcome = run(server, "?durability=fsynced", KILLS);

      System.out.printf(
          "F1: kills %d at %d events/s, %s, full rate after at most %d ms%n",
          KILLS, RATE, outcome, slowestMillis);
      assertThat(outcome.lost()).isZero();
      assertThat(outcome.outOfOrder()).isZero();
      assertThat(outcome.phantoms()).isZero();
      assertThat(outcome.duplicates()).isLessThanOrEqualTo(KILLS * SUBSCRIPTION.window());
    }
  }

  @Test
  void aServerThatKeepsNothingIsFoundOut() throws Exception {
    try (TestServer server = TestServer.start("save \"\"")) {
      assertThat(run(server, "", 1).lost()).isPositive();
    }
  }

  private Outcome run(TestServer server, String options, int kills) throws Exception {
    BusConfig config = BusConfig.standard().claimTtl(Duration.ofSeconds(2));
    try (EventBus bus = EventBus.open(server.address() + options, config)) {
      Subscriber subscriber =
          bus.subscribe(
              SUBSCRIPTION,
              event -> {
                handled.add(event.id());
                handlings.incrementAndGet();
              });
      List<Integer> published = publishWhileKilling(bus, server, subscriber, kills);
      int all = published.stream().mapToInt(Integer::intValue).sum();
      within(Duration.ofMinutes(2))
          .ignoreExceptions()
          .until(
              () -> hasFailed(subscriber) || bus.operations().subscription("all").lagEvents() == 0);
      return judged(published, server.ask("XLEN", Opened.STREAM).number() - all);
    }
  }

  private static boolean hasFailed(Subscriber subscriber) {
    return subscriber.state().startsWith("failed");
  }

  private List<Integer> publishWhileKilling(
      EventBus bus, TestServer server, Subscriber subscriber, int kills) {
    List<Future<Integer>> publishers = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int key = 0; key < KEYS; key++) {
        String prefix = key + "/";
        publishers.add(threads.submit(() -> publish(bus, prefix)));
      }
      try {
        awaitFullRate(subscriber);
        for (int kill = 0; kill < kills; kill++) {
          long killed = System.nanoTime();
          server.killAndRestart();
          awaitFullRate(subscriber);
          slowestMillis = Math.max(slowestMillis, (System.nanoTime() - killed) / 1_000_000);
        }
      } finally {
        over = true;
      }
    }
    return publishers.stream().map(Future::resultNow).toList();
  }

  /** Waits for a spell in which as much is published, and handled, as is meant to be. */
  private void awaitFullRate(Subscriber subscriber) {
    long least = RATE * SPELL.toMillis() / 1_000 * 9 / 10;
    within(Duration.ofMinutes(2))
        .until(() -> {
          int published = publishes.get();
          int before = handlings.get();
          LockSupport.parkNanos(SPELL.toNanos());
          return publishes.get() - published >= least
              && (handlings.get() - before >= least || hasFailed(subscriber));
        });
  }

  /** Publishes one after the other; how many. */
  private int publish(EventBus bus, String prefix) {
    long pause = Duration.ofSeconds(1).toNanos() * KEYS / RATE;
    long due = System.nanoTime();
    int next = 0;
    while (!over) {
      publishUntilStored(bus, Draft.of("bot.said", "{}").id(prefix + next).key(prefix));
      next++;
      publishes.incrementAndGet();
      due = Math.max(due + pause, System.nanoTime() - pause);
      LockSupport.parkNanos(due - System.nanoTime());
    }
    return next;
  }

  private static void publishUntilStored(EventBus bus, Draft draft) {
    while (true) {
      try {
        bus.publish(draft);
        return;
      } catch (RookeryException e) {
        LockSupport.parkNanos(1_000_000);
      }
    }
  }

  /**
   * Holds what was handled against what was published.
   *
   * @param more how many more are stored than there are receipts
   */
  private Outcome judged(List<Integer> published, long more) {
    Set<String> first = new LinkedHashSet<>(handled);
    Map<String, Integer> next = new HashMap<>();
    int outOfOrder = 0;
    for (String id : first) {
      int slash = id.indexOf('/');
      int number = Integer.parseInt(id.substring(slash + 1));
      outOfOrder += next.merge(id.substring(0, slash), 1, Integer::sum) == number + 1 ? 0 : 1;
    }
    int all = published.stream().mapToInt(Integer::intValue).sum();
    long both =
        IntStream.range(0, KEYS)
            .boxed()
            .flatMap(key -> IntStream.range(0, published.get(key)).mapToObj(n -> key + "/" + n))
            .filter(first::contains)
            .count();
    return new Outcome(
        all,
        all - both + Math.max(0, -more),
        outOfOrder,
        handled.size() - first.size(),
        first.size() - both + Math.max(0, more));
  }
}
