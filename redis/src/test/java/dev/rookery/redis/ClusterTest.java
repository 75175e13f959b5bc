package dev.rookery.redis;

import static dev.rookery.testkit.Soon.within;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.BusConfig;
import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.Route;
import dev.rookery.Start;
import dev.rookery.StreamConfig;
import dev.rookery.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Three servers that share the slots: partitions lie on all of them. */
@Timeout(300)
class ClusterTest {
  private static final int SLOTS = 16_384;
  private static final int NODES = 3;
  private static final List<TestServer> SERVERS = new ArrayList<>();

  @BeforeAll
  static void form() {
    for (int i = 0; i < NODES; i++) {
      TestServer server =
          TestServer.start("save \"\"", "cluster-enabled yes", "cluster-node-timeout 15000");
      SERVERS.add(server);
      List<Object> words = new ArrayList<>(List.of("ADDSLOTSRANGE"));
      words.add(i * SLOTS / NODES);
      words.add((i + 1) * SLOTS / NODES - 1);
      server.ask("CLUSTER", words.toArray());
      server.ask("CLUSTER", "MEET", "127.0.0.1", SERVERS.getFirst().port());
    }
    within(Duration.ofMinutes(1)).until(() -> SERVERS.stream().allMatch(ClusterTest::isWhole));
  }

  private static boolean isWhole(TestServer server) {
    String info = server.ask("CLUSTER", "INFO").text();
    return info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:" + NODES);
  }

  @AfterAll
  static void dissolve() {
    SERVERS.forEach(TestServer::close);
  }

  @Test
  void theBusWorksOverSeveralServers() throws Exception {
    BusConfig config =
        BusConfig.standard().with(StreamConfig.of("wide", 8)).with(Route.of("wide.**", "wide"));
    Queue<String> handled = new ConcurrentLinkedQueue<>();
    Set<String> published = new HashSet<>();
    try (EventBus bus = EventBus.open(SERVERS.getFirst().address(), config)) {
      Subscription subscription = Subscription.of("all", "wide.**").from(Start.earliest());
      bus.subscribe(subscription, event -> handled.add(event.id()));
      for (int i = 0; i < 500; i++) {
        published.add(
            bus.publish(Draft.of("wide.said", "{}").id("event-" + i).key("key-" + i)).id());
      }

      within(Duration.ofMinutes(1)).until(() -> handled.size() == published.size());
      within(Duration.ofMinutes(1))
          .until(() -> bus.operations().subscription("all").lagEvents() == 0);
      assertThat(handled).containsExactlyInAnyOrderElementsOf(published);
      assertThat(SERVERS).allMatch(server -> server.ask("DBSIZE").number() > 0);
      bus.operations().remove("all");
      assertThat(bus.operations().subscriptions()).isEmpty();
    }
  }
}
