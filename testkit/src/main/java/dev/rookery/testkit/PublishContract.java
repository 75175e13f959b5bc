package dev.rookery.testkit;

import static dev.rookery.testkit.BusSamples.TYPE;
import static dev.rookery.testkit.BusSamples.draft;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.IdConflict;
import dev.rookery.Operations.Located;
import dev.rookery.Operations.ReadRequest;
import dev.rookery.Payload;
import dev.rookery.Position;
import dev.rookery.PublishRejected;
import dev.rookery.Published;
import dev.rookery.Receipt;
import dev.rookery.Start;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What publishing promises. */
interface PublishContract extends BusUnderTest {
  @Test
  default void positionsRiseInTheOrderOfReceipts() throws Exception {
    EventBus bus = bus();
    Position last = Position.ZERO;
    for (int i = 0; i < 20; i++) {
      Receipt receipt = bus.publish(draft("a", i));
      assertThat(receipt.stream()).isEqualTo("user");
      assertThat(receipt.duplicate()).isFalse();
      assertThat(receipt.position()).isGreaterThan(last);
      last = receipt.position();
    }
  }

  @Test
  default void theSameIdIsStoredOnceAndAnsweredWithItsFirstPosition() throws Exception {
    EventBus bus = bus();
    Receipt first = bus.publish(draft("a", 1).id("one"));
    bus.publish(draft("a", 2));
    Receipt again = bus.publish(draft("a", 1).id("one"));
    assertThat(again.duplicate()).isTrue();
    assertThat(again.position()).isEqualTo(first.position());
    assertThat(history(bus)).hasSize(2);
  }

  @Test
  default void sixteenCopiesAtOnceAreStoredOnce() throws Exception {
    EventBus bus = bus();
    List<Receipt> receipts = new CopyOnWriteArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      threads.add(
          Thread.ofVirtual().start(() -> receipts.add(bus.publish(draft("a", 1).id("one")))));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(receipts).hasSize(16);
    assertThat(receipts.stream().map(Receipt::position).distinct()).hasSize(1);
    assertThat(receipts.stream().filter(receipt -> !receipt.duplicate())).hasSize(1);
    assertThat(history(bus)).hasSize(1);
  }

  @Test
  default void theSameIdWithOtherContentIsRefused() throws Exception {
    EventBus bus = bus();
    bus.publish(draft("a", 1).id("one"));
    assertThatThrownBy(() -> bus.publish(draft("a", 2).id("one")))
        .isInstanceOf(IdConflict.class)
        .hasMessageContaining("new id");
    assertThat(history(bus)).hasSize(1);
  }

  @Test
  default void oneRefusedEventOfABatchDoesNotHoldUpTheOthers() throws Exception {
    EventBus bus = bus();
    List<Published> answers =
        bus.publishAll(List.of(draft("a", 1), Draft.of("no type"), draft("a", 2)));
    assertThat(answers.get(0)).isInstanceOf(Published.Stored.class);
    assertThat(answers.get(1)).isInstanceOf(Published.Rejected.class);
    assertThat(answers.get(2)).isInstanceOf(Published.Stored.class);
    assertThat(history(bus)).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "a..b", "a.", "mit Raum", "ümlaut", "a/b", "a\nb"})
  default void whatIsNoTypeIsRefused(String type) throws Exception {
    EventBus bus = bus();
    assertThatThrownBy(() -> bus.publish(Draft.of(type))).isInstanceOf(PublishRejected.class);
    assertThat(history(bus)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "{\"a\":1,\"a\":2}",
        "{\"a\":\"\\u0000\"}",
        "{\"a\":\"\\ud800\"}",
        "{\"a\":1e999999999}",
        "{} {}",
        "{\"a\":01}",
        "nul",
        "[1,]",
        "{\"a\":'b'}",
        "NaN"
      })
  default void whatIsNoStrictJsonIsRefused(String json) throws Exception {
    EventBus bus = bus();
    assertThatThrownBy(() -> bus.publish(Draft.of(TYPE, json))).isInstanceOf(PublishRejected.class);
    assertThat(history(bus)).isEmpty();
  }

  @Test
  default void whatIsOverALimitIsRefused() throws Exception {
    EventBus bus = bus();
    String deep = "[".repeat(65) + "]".repeat(65);
    List<Draft> over =
        List.of(
            Draft.of("a".repeat(201)),
            Draft.of(TYPE).key("k".repeat(257)),
            Draft.of(TYPE).source("s".repeat(257)),
            Draft.of(TYPE).id("i".repeat(129)),
            Draft.of(TYPE).correlation("c".repeat(129)),
            Draft.of(TYPE, deep),
            Draft.of(TYPE, "\"" + "x".repeat(256 * 1024) + "\""),
            Draft.of(TYPE).id("a\r\nb"),
            Draft.of(TYPE).key("\u0000"),
            Draft.of(TYPE).version(0),
            Draft.of(TYPE).attribute("Upper", "x"),
            Draft.of(TYPE).attribute("expirytime", "tomorrow"),
            Draft.of(TYPE, Payload.wrap(Payload.JSON, new byte[] {'"', (byte) 0xc3, '"'})));
    for (Draft draft : over) {
      assertThatThrownBy(() -> bus.publish(draft))
          .as("%s", draft.type())
          .isInstanceOf(PublishRejected.class);
    }
    assertThat(history(bus)).isEmpty();
  }

  @Test
  default void bytesComeBackAsTheyWentIn() throws Exception {
    EventBus bus = bus();
    String odd =
        "{ \"z\" : 1.10, \"a\":\"\\u00e4ä\\/\\\"\", \"big\":12345678901234567890,\n \"e\":1E+2 }";
    bus.publish(Draft.of(TYPE, odd));
    bus.publish(
        Draft.of(
            TYPE, Payload.wrap("text/plain", "plain \u2603".getBytes(StandardCharsets.UTF_8))));
    List<Located> history = history(bus);
    assertThat(history.get(0).event().data().text()).isEqualTo(odd);
    assertThat(history.get(1).event().data().text()).isEqualTo("plain \u2603");
    assertThat(history.get(1).event().data().contentType()).isEqualTo("text/plain");
  }

  @Test
  default void everythingThatAPublisherSaysIsKept() throws Exception {
    EventBus bus = bus();
    Instant time = Instant.parse("2026-01-31T12:00:00.123456Z");
    Draft draft =
        Draft.of(TYPE, "{}")
            .id("i")
            .source("bot-7")
            .key("k")
            .time(time)
            .correlation("c")
            .causation("d")
            .version(3)
            .attribute("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
            .attribute("shard", "2");
    bus.publish(draft);
    Located located = history(bus).getFirst();
    assertThat(located.event().id()).isEqualTo("i");
    assertThat(located.event().source()).isEqualTo("bot-7");
    assertThat(located.event().key()).isEqualTo("k");
    assertThat(located.event().time()).isEqualTo(time);
    assertThat(located.event().correlation()).isEqualTo("c");
    assertThat(located.event().causation()).contains("d");
    assertThat(located.event().version()).isEqualTo(3);
    assertThat(located.event().attributes()).isEqualTo(draft.attributes());
  }

  @Test
  default void whatAPublisherLeavesOutTheBusStamps() throws Exception {
    EventBus bus = bus();
    Receipt receipt = bus.publish(Draft.of("system.config.updated"));
    Located located = history(bus).getFirst();
    assertThat(receipt.stream()).isEqualTo("system");
    assertThat(located.event().id()).isEqualTo(receipt.id()).hasSize(36);
    assertThat(located.event().correlation()).isEqualTo(receipt.id());
    assertThat(located.event().causation()).isEmpty();
    assertThat(located.event().key()).isEqualTo(located.event().source());
    assertThat(located.event().version()).isEqualTo(1);
  }

  @Test
  default void typesGoToTheirStreamsUnderAnyOfTheirNames() throws Exception {
    EventBus bus = bus();
    assertThat(bus.publish(Draft.of("error.disk")).stream()).isEqualTo("error");
    assertThat(bus.publish(Draft.of("alert.disk.full")).stream()).isEqualTo("error");
    assertThat(bus.publish(Draft.of("girl.profile.created")).stream()).isEqualTo("bot");
    assertThat(bus.publish(Draft.of("message.received")).stream()).isEqualTo("user");
    assertThat(bus.publish(Draft.of("what.ever")).stream()).isEqualTo("bot");
  }

  static List<Located> history(EventBus bus) {
    return bus.operations()
        .read(new ReadRequest(List.of(), Optional.empty(), Start.earliest(), 1_000, Duration.ZERO))
        .events();
  }
}
