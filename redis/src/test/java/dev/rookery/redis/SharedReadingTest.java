package dev.rookery.redis;

import static dev.rookery.testkit.Soon.within;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.Operations.Metric;
import dev.rookery.Start;
import dev.rookery.Subscription;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Subscriptions of one process share what is read. */
class SharedReadingTest {
  private static final int SUBSCRIPTIONS = 10;
  private static final int EVENTS = 1_000;
  private static final int BATCH = 100;
  private static final Duration LIMIT = Duration.ofMinutes(1);

  private final Queue<String> handled = new ConcurrentLinkedQueue<>();

  @Test
  void tenSubscriptionsReadAndDecodeEachEventOnce() {
    TestServer server = TestServer.shared();
    server.empty();
    try (EventBus bus = EventBus.open(server.address())) {
      for (int i = 0; i < SUBSCRIPTIONS; i++) {
        bus.subscribe(
            Subscription.of("reader-" + i, "bot.**").from(Start.earliest()),
            event -> handled.add(event.id()));
      }
      for (int from = 0; from < EVENTS; from += BATCH) {
        bus.publishAll(drafts(from));
      }

      within(LIMIT).until(() -> handled.size() == SUBSCRIPTIONS * EVENTS);
      assertThat(decoded(bus)).isEqualTo(EVENTS);
    }
  }

  @Test
  void subscriptionsOfOtherProcessesReadForThemselves() {
    TestServer server = TestServer.shared();
    server.empty();
    try (EventBus one = EventBus.open(server.address());
        EventBus other = EventBus.open(server.address())) {
      one.subscribe(Subscription.of("one", "bot.**"), event -> handled.add(event.id()));
      other.subscribe(Subscription.of("other", "bot.**"), event -> handled.add(event.id()));
      one.publishAll(drafts(0));

      within(LIMIT).until(() -> handled.size() == 2 * BATCH);
      assertThat(decoded(one) + decoded(other)).isEqualTo(2 * BATCH);
    }
  }

  private static List<Draft> drafts(int from) {
    return IntStream.range(from, from + BATCH)
        .mapToObj(i -> Draft.of("bot.said", "{}").key("key-" + i % 7))
        .toList();
  }

  private static double decoded(EventBus bus) {
    return bus.operations().metrics().stream()
        .filter(metric -> metric.name().equals("rookery_decoded_total"))
        .mapToDouble(Metric::value)
        .sum();
  }
}
