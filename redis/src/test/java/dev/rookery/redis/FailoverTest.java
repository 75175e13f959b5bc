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
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A master that is killed under the bus, and a replica that a sentinel puts in its place. */
@Timeout(300)
class FailoverTest {
  private final TestServer master = TestServer.start("save \"\"", "repl-diskless-sync-delay 0");
  private final TestServer replica = TestServer.replicaOf(master);
  private final TestSentinel sentinel = new TestSentinel(master);
  private final Queue<String> handled = new ConcurrentLinkedQueue<>();
  private boolean masterIsGone;

  @AfterEach
  void close() throws Exception {
    sentinel.close();
    replica.close();
    if (!masterIsGone) {
      master.close();
    }
  }

  private void killMaster() {
    master.kill();
    masterIsGone = true;
  }

  private Subscriber subscribe(EventBus bus) {
    return bus.subscribe(
        Subscription.of("all", "bot.**").from(Start.earliest()), event -> handled.add(event.id()));
  }

  private static void publishAtLast(EventBus bus, String id) {
    while (true) {
      try {
        bus.publish(Draft.of("bot.said", "{}").id(id).key("one"));
        return;
      } catch (RookeryException e) {
        LockSupport.parkNanos(5_000_000);
      }
    }
  }

  private List<String> stored() {
    return replica.ask("XRANGE", Opened.STREAM, "-", "+").list().stream()
        .map(entry -> entry.list().get(1).fields().get("id").text())
        .toList();
  }

  @Test
  void theBusFollowsTheMasterAndReadsWhatTheReplicaHasInOrder() throws Exception {
    List<String> acknowledged = new ArrayList<>();
    try (EventBus bus =
        EventBus.open(sentinel.address(), BusConfig.standard().claimTtl(Duration.ofSeconds(2)))) {
      Subscriber subscriber = subscribe(bus);
      for (int i = 0; i < 300; i++) {
        if (i == 150) {
          awaitReplicaHas(acknowledged.size());
          within(Duration.ofMinutes(1)).until(() -> handled.size() >= 150);
          killMaster();
        }
        publishAtLast(bus, "event-" + i);
        acknowledged.add("event-" + i);
      }

      within(Duration.ofMinutes(1))
          .untilAsserted(() ->
              assertThat(handled.stream().distinct()).containsExactlyElementsOf(acknowledged));
      assertThat(stored()).isEqualTo(acknowledged);
      assertThat(subscriber.state()).doesNotStartWith("failed");
      assertThat(bus.operations().weaknesses()).noneMatch(line -> line.contains("no longer"));
    }
  }

  private void awaitReplicaHas(int events) {
    within(Duration.ofMinutes(1))
        .until(() -> replica.ask("XLEN", Opened.STREAM).number() == events);
  }

  @Test
  void whatAReplicaThatWasBehindLacksIsNoticedAndNotSkipped() throws Exception {
    try (EventBus bus =
        EventBus.open(sentinel.address(), BusConfig.standard().claimTtl(Duration.ofSeconds(2)))) {
      Subscriber subscriber = subscribe(bus);
      publishAtLast(bus, "kept");
      awaitReplicaHas(1);
      Runnable goOn = replica.pause();
      master.ask("CLIENT", "KILL", "TYPE", "replica");
      publishAtLast(bus, "lost");
      within(Duration.ofMinutes(1)).until(() -> handled.contains("lost"));
      killMaster();
      goOn.run();
      publishAtLast(bus, "next");

      assertThat(stored()).containsExactly("kept", "next");
      within(Duration.ofMinutes(1)).until(() -> subscriber.state().startsWith("failed"));
      assertThat(subscriber.state()).contains("went back to older data");
      within(Duration.ofMinutes(1))
          .ignoreExceptions()
          .until(() ->
              bus.operations().weaknesses().stream()
                  .anyMatch(line -> line.contains("has it no longer")));
      assertThat(handled).doesNotContain("next");
      subscriber.drain(Duration.ofSeconds(1));
    }
  }
}
