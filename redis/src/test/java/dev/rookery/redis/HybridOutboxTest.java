package dev.rookery.redis;

import static dev.rookery.testkit.Soon.within;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.Operations.Metric;
import dev.rookery.Subscription;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What comes from the outbox reaches the tail and those who read it, as any other event. */
@Timeout(300)
class HybridOutboxTest {
  private static final Duration LIMIT = Duration.ofMinutes(1);

  private static final dev.rookery.postgres.TestServer TRUTH =
      dev.rookery.postgres.TestServer.shared();

  private final TestServer redis = TestServer.start("save \"\"");
  private final String address = TRUTH.freshSchema() + "&tail=" + redis.address();
  private final EventBus writer = EventBus.open(address);
  private final EventBus reader = EventBus.open(address);
  private final List<String> handled = new CopyOnWriteArrayList<>();

  HybridOutboxTest() {
    reader.subscribe(Subscription.of("all", "bot.**"), event -> handled.add(event.id()));
    within(LIMIT).until(() -> metric("rookery_tail_in_use") == 2);
  }

  @AfterEach
  void close() {
    reader.close();
    writer.close();
    redis.close();
  }

  /** The sum of both processes'. */
  private double metric(String name) {
    return List.of(writer, reader).stream()
        .flatMap(bus -> bus.operations().metrics().stream())
        .filter(metric -> metric.name().equals(name))
        .mapToDouble(Metric::value)
        .sum();
  }

  private void publish(int from, int to) throws SQLException {
    try (Connection connection = TRUTH.connect()) {
      connection.setAutoCommit(false);
      for (int n = from; n < to; n++) {
        writer.publish(connection, Draft.of("bot.said").id("event-" + n));
      }
      connection.commit();
    }
  }

  private void awaitHandled(int count) {
    within(LIMIT)
        .untilAsserted(() ->
            assertThat(handled)
                .containsExactlyElementsOf(
                    IntStream.range(0, count).mapToObj(n -> "event-" + n).toList()));
  }

  @Test
  void whatComesFromTheOutboxIsPushedToTheTailByWhoMovesIt() throws Exception {
    publish(0, 3);
    awaitHandled(3);
    awaitTail(3);
    writer.publish(Draft.of("bot.said").id("event-3"));
    awaitHandled(4);
    awaitTail(4);
    double repaired = metric("rookery_tail_holes_repaired_total");
    publish(4, 5);

    awaitHandled(5);
    within(LIMIT).until(() -> metric("rookery_tail_pushed_total") >= 5);
    awaitTail(5);
    assertThat(metric("rookery_tail_holes_repaired_total")).isEqualTo(repaired);
  }

  /**
   * Since events may be handled before they are in the tail: one that another process then pushes
   * finds a hole, and an empty tail is filled by whoever looks first.
   */
  private void awaitTail(int events) {
    within(LIMIT).until(() -> redis.ask("XLEN", "rookery:tail:bot:0").number() == events);
  }

  @Test
  void itComesWithoutTheTailToo() throws Exception {
    publish(0, 1);
    awaitHandled(1);
    redis.kill();
    publish(1, 3);
    awaitHandled(3);
    redis.restartEmpty();
    within(LIMIT).until(() -> metric("rookery_tail_in_use") == 2);
    publish(3, 5);

    awaitHandled(5);
  }
}
