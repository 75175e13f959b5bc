package dev.rookery.postgres;

import static dev.rookery.testkit.Soon.within;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.BusConfig;
import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.RookeryException;
import dev.rookery.Start;
import dev.rookery.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * All processes of a PostgreSQL, killed under publishers and subscribers; {@code
 * -Drookery.kills=20} for a long run.
 */
@Tag("P1")
@Tag("P3")
@Timeout(900)
class KilledServerTest {
  private static final int KILLS = Integer.getInteger("rookery.kills", 3);
  private static final int KEYS = 4;

  private final Queue<String> handled = new ConcurrentLinkedQueue<>();
  private volatile boolean over;

  @Test
  void nothingIsLostOrOutOfOrderWhenTheServerIsKilled() throws Exception {
    try (TestServer server = TestServer.start(Map.of());
        EventBus bus =
            EventBus.open(
                server.address("?durability=fsynced"),
                BusConfig.standard().claimTtl(Duration.ofSeconds(2)))) {
      Subscription subscription = Subscription.of("all", "bot.**").from(Start.earliest());
      bus.subscribe(subscription, event -> handled.add(event.id()));
      List<Integer> published = publishWhileKilling(bus, server);
      int all = published.stream().mapToInt(Integer::intValue).sum();

      within(Duration.ofMinutes(2))
          .untilAsserted(() -> assertThat(new LinkedHashSet<>(handled)).hasSize(all));
      List<String> first = List.copyOf(new LinkedHashSet<>(handled));
      for (int key = 0; key < KEYS; key++) {
        String prefix = key + "/";
        assertThat(first.stream().filter(id -> id.startsWith(prefix)))
            .containsExactlyElementsOf(
                IntStream.range(0, published.get(key)).mapToObj(n -> prefix + n).toList());
      }
      assertThat(server.ask("SELECT position FROM rookery.events ORDER BY position"))
          .containsExactlyElementsOf(
              IntStream.rangeClosed(1, all).mapToObj(Integer::toString).toList());
    }
  }

  @Test
  void whereTheServerNeedNotSyncAnAppendDoes() {
    assertThat(lostByAKill("")).isEmpty();
  }

  @Test
  void anAppendThatDoesNotInsistOnItsSyncIsCaught() {
    assertThat(
            lostByAKill(
                """
                DO $$ BEGIN
                  EXECUTE replace(pg_get_functiondef('rookery.append'::regproc),
                    'PERFORM set_config(''synchronous_commit'', ''on'', true)', 'NULL');
                END $$
                """))
        .isNotEmpty();
  }

  /** Events with a receipt that are gone after a kill, of a server that is told not to sync. */
  private static List<String> lostByAKill(String bug) {
    Map<String, String> lazy = Map.of("synchronous_commit", "off", "wal_writer_delay", "10s");
    List<String> acknowledged = new ArrayList<>();
    try (TestServer server = TestServer.start(lazy);
        EventBus bus = EventBus.open(server.address(""))) {
      bus.publish(Draft.of("bot.said", "{}").id("warm"));
      server.run(bug);
      for (int n = 0; n < 50; n++) {
        bus.publish(Draft.of("bot.said", "{}").id("id-" + n));
        acknowledged.add("id-" + n);
      }
      server.kill();
      server.restart();
      acknowledged.removeAll(server.ask("SELECT id FROM rookery.events"));
      return acknowledged;
    }
  }

  private List<Integer> publishWhileKilling(EventBus bus, TestServer server) throws Exception {
    List<Future<Integer>> publishers = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int key = 0; key < KEYS; key++) {
        String prefix = key + "/";
        publishers.add(threads.submit(() -> publish(bus, prefix)));
      }
      killAgainAndAgain(server);
    }
    return publishers.stream().map(Future::resultNow).toList();
  }

  private void killAgainAndAgain(TestServer server) {
    try {
      for (int kill = 0; kill < KILLS; kill++) {
        int before = handled.size();
        within(Duration.ofMinutes(1)).until(() -> handled.size() > before + 100);
        server.kill();
        server.restart();
        int after = handled.size();
        within(Duration.ofMinutes(1)).until(() -> handled.size() > after);
      }
    } finally {
      over = true;
    }
  }

  /** Publishes one after the other, each until it is known to be stored. */
  private int publish(EventBus bus, String prefix) {
    int next = 0;
    while (!over) {
      try {
        bus.publish(Draft.of("bot.said", "{}").id(prefix + next).key(prefix));
        next++;
      } catch (RookeryException e) {
        LockSupport.parkNanos(1_000_000);
      }
    }
    return next;
  }
}
