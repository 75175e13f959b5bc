package dev.rookery.redis;

import static dev.rookery.redis.Opened.BOT;
import static dev.rookery.testkit.Soon.within;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.Published;
import dev.rookery.Start;
import dev.rookery.StreamConfig;
import dev.rookery.Subscriber;
import dev.rookery.Subscription;
import dev.rookery.engine.EngineBus;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Environment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A retention of seconds and a server with little room, while one subscription stands still and
 * another is made; {@code -Drookery.retention=10} for a long run.
 */
@Tag("P6")
@Timeout(300)
class RetentionTest {
  private static final Duration RETENTION =
      Duration.ofSeconds(Integer.getInteger("rookery.retention", 2));
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int BATCH = 100;
  private static final String DATA = '"' + "x".repeat(500) + '"';
  private static final BusConfig CONFIG =
      BusConfig.standard()
          .claimTtl(Duration.ofSeconds(2))
          .with(new StreamConfig("bot", 1, Optional.of(RETENTION), Optional.empty()));

  private final List<String> published = new ArrayList<>();
  private final Queue<String> steady = new ConcurrentLinkedQueue<>();
  private final Queue<String> stopped = new ConcurrentLinkedQueue<>();
  private final Queue<String> late = new ConcurrentLinkedQueue<>();
  private int refused;
  private boolean failed;

  @Test
  void whatASubscriptionHasYetToReadOutlivesTheRetentionAndPublishersAreRefused() {
    run(new Scripts(Scripts.SERVER_CLOCK), () -> refused > 0);

    System.out.printf(
        "F13: retention %s, published %d, refused %d, lost %d, %d and %d, duplicates %d%n",
        RETENTION,
        published.size(),
        refused,
        lost(steady),
        lost(stopped),
        lost(late),
        stopped.size() - new HashSet<>(stopped).size());
    assertThat(failed).isFalse();
    assertThat(refused).isPositive();
    assertThat(lost(steady)).isZero();
    assertThat(lost(stopped)).isZero();
    assertThat(lost(late)).isZero();
  }

  @Test
  void aTrimThatDoesNotAskWhoHasYetToReadIsCaught() {
    run(SeededBugsTest.seeded("HVALS", "floors", "{}"), () -> published.size() >= 5 * BATCH);

    assertThat(failed).isTrue();
    assertThat(lost(stopped)).isPositive();
  }

  private void run(Scripts scripts, BooleanSupplier enough) {
    try (TestServer server = TestServer.start("save \"\"", "maxmemory 4mb");
        Backend backend = open(server, scripts);
        EventBus bus = new EngineBus(backend, CONFIG, Environment.system());
        EventBus other = new EngineBus(open(server, scripts), CONFIG, Environment.system())) {
      subscribe(bus, "steady", steady);
      Subscriber standing = subscribe(bus, "stopped", stopped);
      publish(bus);
      within(PATIENCE).until(() -> stopped.size() >= BATCH);
      standing.close();
      while (!enough.getAsBoolean()) {
        publish(bus);
      }
      letRetentionPass(backend);
      subscribe(other, "late", late);
      Subscriber back = subscribe(other, "stopped", stopped);
      within(PATIENCE).until(() -> isFailed(back) || stopped.contains(published.getLast()));
      failed = isFailed(back);
      if (!failed) {
        publishOnceThereIsRoom(bus, backend);
      }
    }
  }

  private static Backend open(TestServer server, Scripts scripts) {
    return RedisBackend.open(
        RedisAddress.of(Address.parse(server.address())), CONFIG, Environment.system(), scripts);
  }

  private static Subscriber subscribe(EventBus bus, String name, Queue<String> handled) {
    return bus.subscribe(
        Subscription.of(name, "bot.**").from(Start.earliest()), event -> handled.add(event.id()));
  }

  private void publish(EventBus bus) {
    int first = published.size();
    List<Draft> drafts =
        IntStream.range(first, first + BATCH)
            .mapToObj(n -> Draft.of("bot.said", DATA).id("event-" + n))
            .toList();
    List<Published> answers = bus.publishAll(drafts);
    for (int i = 0; i < answers.size(); i++) {
      switch (answers.get(i)) {
        case Published.Stored _ -> published.add("event-" + (first + i));
        case Published.Rejected(var reason) -> {
          assertThat(reason).hasMessageContaining("out of memory");
          refused++;
        }
        case Published.Unknown(var reason) -> throw reason;
      }
    }
  }

  /** What the bus does now and then is done here as soon as everything is old enough. */
  private static void letRetentionPass(Backend backend) {
    long old = System.nanoTime() + RETENTION.plusMillis(200).toNanos();
    within(PATIENCE).until(() -> System.nanoTime() > old);
    trim(backend);
  }

  private static void trim(Backend backend) {
    while (backend.log().trim(BOT, Optional.of(RETENTION), Optional.empty()) > 0) {}
  }

  private static boolean isFailed(Subscriber subscriber) {
    return subscriber.state().startsWith("failed");
  }

  private static boolean isRead(EventBus bus) {
    return bus.operations().subscriptions().stream().allMatch(each -> each.lagEvents() == 0);
  }

  private void publishOnceThereIsRoom(EventBus bus, Backend backend) {
    int before = published.size();
    within(PATIENCE)
        .until(() -> {
          trim(backend);
          publish(bus);
          return published.size() >= before + 5 * BATCH;
        });
    within(PATIENCE).until(() -> isRead(bus));
  }

  /** Those that were not handled, from the first handled on: what came before was gone by then. */
  private long lost(Queue<String> handled) {
    Set<String> all = new HashSet<>(handled);
    return published.stream()
        .dropWhile(id -> !all.contains(id))
        .filter(id -> !all.contains(id))
        .count();
  }

  @Test
  void whatOthersTrimIsNoticedAndStopsWhoHasYetToReadIt() {
    try (TestServer server = TestServer.start("save \"\"");
        EventBus bus = EventBus.open(server.address(), CONFIG)) {
      Subscriber standing = subscribe(bus, "stopped", stopped);
      publish(bus);
      within(PATIENCE).until(() -> isRead(bus));
      bus.operations().pause("stopped");
      within(PATIENCE).until(() -> standing.state().equals("paused"));
      publish(bus);
      server.ask("XTRIM", Opened.STREAM, "MAXLEN", 10);
      long trimmed = System.nanoTime();

      within(PATIENCE)
          .until(() ->
              bus.operations().weaknesses().stream().anyMatch(l -> l.contains("others removed")));
      System.out.printf(
          "F13: trimmed by hand, noticed after %d ms%n", (System.nanoTime() - trimmed) / 1_000_000);
      bus.operations().resume("stopped");
      within(PATIENCE)
          .untilAsserted(() -> assertThat(standing.state()).contains("failed", "others removed"));
      standing.drain(Duration.ofSeconds(1));
    }
  }
}
