package dev.rookery.postgres;

import static dev.rookery.testkit.Soon.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.LogFull;
import dev.rookery.Operations.Metric;
import dev.rookery.Position;
import dev.rookery.Start;
import dev.rookery.StreamConfig;
import dev.rookery.Subscription;
import dev.rookery.spi.Outbox;
import dev.rookery.testkit.Samples;
import dev.rookery.testkit.Soon;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the log will not take from the outbox, or cannot take now. */
@Tag("P7")
class OutboxRefusedTest {
  private static final TestServer SERVER = TestServer.shared();

  private final String address = SERVER.freshSchema();
  private final String schema = PostgresAddress.of(Address.parse(address)).schema();
  private EventBus bus = EventBus.open(address);

  @AfterEach
  void close() {
    bus.close();
  }

  /** What another program says, in an order. */
  private void publish(String... calls) {
    for (String call : calls) {
      SERVER.ask("SELECT " + schema + ".publish(" + call + ")");
    }
  }

  private List<String> ids() {
    return SERVER.ask("SELECT id FROM " + schema + ".events ORDER BY partition, position");
  }

  private void awaitIds(String... ids) {
    soon().untilAsserted(() -> assertThat(ids()).containsExactly(ids));
  }

  private List<String> refused() {
    return SERVER.ask(
        "SELECT refused FROM " + schema + ".outbox WHERE refused IS NOT NULL ORDER BY number");
  }

  private double metric(String name) {
    return bus.operations().metrics().stream()
        .filter(metric -> metric.name().equals(name))
        .mapToDouble(Metric::value)
        .sum();
  }

  @Test
  void whatIsRefusedIsKeptWithItsReasonAndStandsInNobodysWay() {
    bus.publish(Draft.of("user.paid", "{\"amount\":1}").id("taken").source("shop"));
    publish(
        "'user.paid', id => 'a'",
        "'user.paid', '\"" + "x".repeat(300_000) + "\"', id => 'large'",
        "'user.paid', '{\"amount\":2}', id => 'taken', source => 'shop'",
        "'user.paid', '{\"twice\":1,\"twice\":2}', id => 'odd'",
        "'user.paid', id => 'b'");

    awaitIds("taken", "a", "b");
    soon().until(() -> refused().size() == 3);
    assertThat(refused().get(0)).contains("at most 262144 are taken");
    assertThat(refused().get(1)).contains("stored at 1 with other content");
    assertThat(refused().get(2)).contains("twice");
    assertThat(bus.operations().states())
        .containsExactly(
            "outbox: 3 refused and kept, the first: number 2, user.paid large: "
                + refused().get(0));
    assertThat(metric("rookery_outbox_refused")).isEqualTo(3);
    assertThat(metric("rookery_outbox_waiting")).isZero();
  }

  @Test
  void anOperatorHasItTriedAgainOrThrowsItAway() {
    bus.publish(Draft.of("user.paid", "{\"amount\":1}").id("taken").source("shop"));
    publish(
        "'user.paid', '{\"amount\":2}', id => 'taken', source => 'shop'",
        "'user.paid', '{\"amount\":3}', id => 'taken', source => 'shop'");
    soon().until(() -> refused().size() == 2);

    SERVER.run(
        "UPDATE %s.outbox SET id = 'other', refused = NULL WHERE number = 1".formatted(schema));
    SERVER.run("DELETE FROM %s.outbox WHERE number = 2".formatted(schema));

    awaitIds("taken", "other");
    assertThat(refused()).isEmpty();
    assertThat(bus.operations().states()).isEmpty();
  }

  /** A constraint stands for whatever the log's tables do not take although the bus would. */
  @Test
  void whatTheLogItselfCannotStoreIsFoundAmongOthers() {
    publish("'user.paid', id => 'first'");
    awaitIds("first");
    SERVER.run(
        "ALTER TABLE %s.events ADD CHECK (id NOT LIKE 'poison%%') NOT VALID".formatted(schema));
    publish(
        "'user.paid', id => 'a'",
        "'user.paid', id => 'poison 1'",
        "'user.paid', id => 'b'",
        "'user.paid', id => 'poison 2'",
        "'user.paid', id => 'c'");

    awaitIds("first", "a", "b", "c");
    soon().until(() -> refused().size() == 2);
    assertThat(refused()).allMatch(reason -> reason.startsWith("the log cannot store it: "));
  }

  private void fill() {
    assertThatThrownBy(
            () -> {
              for (int n = 0; n < 500; n++) {
                bus.publish(Draft.of("user.paid", "\"" + "x".repeat(100) + "\"").id("old" + n));
              }
            })
        .isInstanceOf(LogFull.class);
  }

  @Test
  void aFullPartitionHoldsUpItsOwnEventsAlone() {
    bus.close();
    BusConfig small =
        BusConfig.standard()
            .with(new StreamConfig("user", 1, Optional.empty(), Optional.of(20_000L)));
    bus = EventBus.open(address, small);
    Subscription slow = Subscription.of("slow", "user.**").from(Start.earliest());
    bus.subscribe(slow, event -> {}).close();
    fill();
    publish(
        "'user.paid', id => 'a'",
        "'alert.fire', id => 'alarm'",
        "'user.paid', id => 'b'",
        "'bot.said', id => 'said'");

    soon().untilAsserted(() -> assertThat(ids()).contains("alarm", "said"));
    Soon.staysFor(Duration.ofMillis(600), () -> !ids().contains("a") && !ids().contains("b"));
    assertThat(bus.operations().states().getFirst()).startsWith("outbox: 2 wait, the oldest for ");
    assertThat(metric("rookery_outbox_waiting")).isEqualTo(2);
    assertThat(metric("rookery_outbox_oldest_seconds")).isPositive();

    bus.operations().remove("slow");
    soon()
        .untilAsserted(() ->
            assertThat(ids().stream().filter(id -> id.length() == 1)).containsExactly("a", "b"));
    assertThat(bus.operations().states()).isEmpty();
  }

  @Test
  void whatIsToBePassedOverStaysAndNothingElse() {
    bus.close();
    try (Opened opened = Opened.at(address)) {
      publish("'user.paid', id => 'a'", "'user.paid', id => 'b'");
      Outbox outbox = opened.backend().outbox().orElseThrow();
      List<Long> first = outbox.move(Set.of(), row -> new Outbox.Verdict.Leave()).left();
      assertThat(first).hasSize(2);

      Outbox.Moved moved =
          outbox.move(Set.of(first.getFirst()), row -> new Outbox.Verdict.Refuse("tried"));

      assertThat(moved.refused()).containsExactly(new Outbox.Refusal(first.getLast(), "tried"));
      assertThat(outbox.move(Set.copyOf(first), row -> new Outbox.Verdict.Leave()))
          .isEqualTo(Outbox.Moved.NOTHING);
      assertThat(opened.log().read(Samples.USER, Position.ZERO, 10, 1_000)).isEmpty();
    }
  }
}
