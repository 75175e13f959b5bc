package dev.rookery.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.Draft;
import dev.rookery.Event;
import dev.rookery.EventTooLarge;
import dev.rookery.EventType;
import dev.rookery.IdConflict;
import dev.rookery.InvalidEvent;
import dev.rookery.InvalidInput;
import dev.rookery.Payload;
import dev.rookery.PublishRejected;
import dev.rookery.Published;
import dev.rookery.Receipt;
import dev.rookery.Subscription;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What publishing promises. */
@Tag("P2")
public interface PublishContract extends BusUnderTest {

  private Event stored(String id) {
    return operations().event(id).getFirst().located().event();
  }

  @Test
  default void aReceiptSaysWhereAnEventIsStored() {
    Receipt first = say("a");
    Receipt second = say("b");

    assertThat(first.id()).isEqualTo("a");
    assertThat(first.stream()).isEqualTo("user");
    assertThat(first.partition()).isZero();
    assertThat(first.duplicate()).isFalse();
    assertThat(second.position()).isGreaterThan(first.position());
    assertThat(operations().event("a").getFirst().located().position()).isEqualTo(first.position());
  }

  @Test
  default void whatThePublisherLeavesOutIsStamped() {
    Instant before = Instant.now().minusSeconds(1);
    Receipt receipt = bus().publish(Draft.of("user.said"));
    Event event = stored(receipt.id());

    assertThat(event.source()).isEqualTo("tester");
    assertThat(event.key()).isEqualTo("tester");
    assertThat(event.correlation()).isEqualTo(event.id());
    assertThat(event.causation()).isEmpty();
    assertThat(event.version()).isEqualTo(1);
    assertThat(event.data()).isEqualTo(Payload.EMPTY);
    assertThat(event.time()).isBetween(before, Instant.now().plusSeconds(1));
    assertThat(bus().publish(Draft.of("user.said")).id()).isNotEqualTo(receipt.id());
  }

  @Test
  default void whatThePublisherSaysIsKept() {
    Instant time = Instant.parse("2026-01-31T12:00:00.123456789Z");
    Draft draft =
        Draft.of("user.said", "{\"a\" : 1}")
            .id("mine")
            .source("bot-ü")
            .key("channel 🦉")
            .time(time)
            .correlation("talk")
            .causation("cause")
            .version(3)
            .attribute("traceparent", "00-ab");

    bus().publish(draft);

    assertThat(stored("mine"))
        .isEqualTo(
            new Event(
                "mine",
                "user.said",
                "bot-ü",
                "channel 🦉",
                time,
                "talk",
                draft.causation(),
                3,
                Payload.json("{\"a\" : 1}"),
                Map.of("traceparent", "00-ab")));
  }

  @Test
  default void theCatalogueSaysWhereAKeyIsFound() {
    bus().publish(Draft.of("user.keyed", "{\"channel\":{\"id\":\"c-7\"}}").id("a"));
    bus().publish(Draft.of("user.keyed", "{\"channel\":{\"id\":7}}").id("b"));
    bus().publish(Draft.of("user.keyed", "{}").id("c"));
    bus().publish(Draft.of("user.keyed", "{\"channel\":{\"id\":1}}").id("d").key("own"));

    assertThat(List.of("a", "b", "c", "d"))
        .extracting(id -> stored(id).key())
        .containsExactly("c-7", "7", "tester", "own");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        " {\"a\" : 1.50e+2,\n\t\"b\":[ ] } ",
        "\"text\"",
        "null",
        "12345678901234567890.1234567890123",
        "{\"t\":\"ü🦉\\u0001\\ud83e\\udd89'\\\"\\\\\"}",
        "[[[[[[]]]]]]",
      })
  default void dataComesBackByteForByte(String json) {
    Receipt receipt = bus().publish(Draft.of("user.said", json));

    assertThat(stored(receipt.id()).data()).isEqualTo(Payload.json(json));
  }

  @Test
  default void dataThatIsNoJsonComesBackByteForByte() {
    byte[] bytes = new byte[256];
    IntStream.range(0, 256).forEach(i -> bytes[i] = (byte) i);
    Payload binary = Payload.wrap("application/octet-stream", bytes);
    Payload large = Payload.json("\"" + "ü".repeat(131_000) + "\"");

    Receipt one = bus().publish(Draft.of("user.said", binary));
    Receipt two = bus().publish(Draft.of("user.said", large));

    assertThat(stored(one.id()).data()).isEqualTo(binary);
    assertThat(stored(two.id()).data()).isEqualTo(large);
  }

  @Test
  default void theSameIdAgainIsStoredOnce() {
    Receipt first = say("a");
    say("b");

    Receipt again = say("a");

    assertThat(again.duplicate()).isTrue();
    assertThat(again.position()).isEqualTo(first.position());
    assertThat(operations().event("a")).hasSize(1);
  }

  @Test
  default void theSameIdWithOtherContentIsRefused() {
    say("a");

    assertThatThrownBy(() -> bus().publish(said("a", "common").version(2)))
        .isInstanceOf(IdConflict.class);
    assertThatThrownBy(() -> say("a", "other key")).isInstanceOf(IdConflict.class);
    assertThat(stored("a").version()).isEqualTo(1);
  }

  @Test
  default void manyWhoPublishTheSameAtOnceGetOneReceipt() {
    List<Receipt> receipts = Together.run(8, n -> say("same"));

    assertThat(receipts).filteredOn(receipt -> !receipt.duplicate()).hasSize(1);
    assertThat(new HashSet<>(receipts.stream().map(Receipt::position).toList())).hasSize(1);
  }

  @Test
  default void aBatchIsAnsweredInItsOrder() {
    List<Draft> drafts =
        IntStream.range(0, 100)
            .mapToObj(n -> n % 2 == 0 ? said("id-" + n, "k" + n) : Draft.of("bot.x").id("id-" + n))
            .toList();

    List<Published> answers = bus().publishAll(drafts);

    assertThat(answers)
        .extracting(answer -> answer.receipt().id())
        .containsExactlyElementsOf(drafts.stream().map(draft -> draft.id().get()).toList());
    assertThat(answers.stream().map(Published::receipt).filter(r -> r.stream().equals("user")))
        .extracting(Receipt::position)
        .isSorted()
        .hasSize(50);
  }

  @Test
  default void oneBadEventDoesNotHoldUpTheOthers() {
    say("taken");

    List<Published> answers =
        bus()
            .publishAll(
                List.of(
                    said("a", "k"),
                    Draft.of("user..said"),
                    said("taken", "other key"),
                    Draft.of("user.said", "{").id("no json"),
                    said("b", "k")));

    assertThat(answers.get(0)).isInstanceOf(Published.Stored.class);
    assertThat(answers.get(4)).isInstanceOf(Published.Stored.class);
    assertThat(answers.subList(1, 4)).allMatch(Published.Rejected.class::isInstance);
    assertThatThrownBy(() -> answers.get(1).receipt()).isInstanceOf(InvalidEvent.class);
    assertThatThrownBy(() -> answers.get(2).receipt()).isInstanceOf(IdConflict.class);
    assertThatThrownBy(() -> answers.get(3).receipt()).isInstanceOf(InvalidEvent.class);
    assertThat(operations().event("no json")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", ".", "a.", ".a", "a..b", "a b", "ü", "a.*", "a/b", "a\n", "user.said\u0000"})
  default void whatIsNoTypeIsRefused(String type) {
    assertThatThrownBy(() -> bus().publish(Draft.of(type))).isInstanceOf(InvalidEvent.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "{}{}",
        "nul",
        "{\"a\":1,\"a\":2}",
        "\"\\ud83e\"",
        "[1,]",
        "NaN",
        "{'a':1}",
        "\"\u0001\"",
        "\"\\u0000\"",
      })
  default void dataThatIsNoJsonIsRefused(String data) {
    assertThatThrownBy(() -> bus().publish(Draft.of("user.said", data)))
        .isInstanceOf(InvalidEvent.class);
  }

  @Test
  default void brokenUtf8IsRefused() {
    Payload broken = Payload.wrap(Payload.JSON, new byte[] {'"', (byte) 0xc3, '"'});

    assertThatThrownBy(() -> bus().publish(Draft.of("user.said", broken)))
        .isInstanceOf(InvalidEvent.class);
  }

  @Test
  default void whatPassesALimitIsRefusedByName() {
    List<Draft> tooLarge =
        List.of(
            Draft.of("a".repeat(201)),
            Draft.of("user.said", "\"" + "x".repeat(256 * 1024) + "\""),
            said("i".repeat(129), "k"),
            said("a", "k".repeat(257)),
            said("b", "ü".repeat(129)),
            said("c", "k").source("s".repeat(257)),
            said("d", "k").correlation("c".repeat(129)),
            said("e", "k").causation("c".repeat(129)));

    for (Draft draft : tooLarge) {
      assertThatThrownBy(() -> bus().publish(draft))
          .as(draft.toString())
          .isInstanceOf(EventTooLarge.class);
    }
  }

  @Test
  default void whatIsBadlyFormedIsRefusedByName() {
    List<Draft> invalid =
        List.of(
            said("", "k"),
            said("a", ""),
            said("b", "k").source(""),
            said("c\n", "k"),
            said("d", "\u001b[31m"),
            said("e\ud83e", "k"),
            said("f", "k").version(0),
            said("g", "k").attribute("Upper", "x"),
            said("h", "k").attribute("", "x"),
            said("i", "k").attribute("name", "\r\n"),
            said("j", "k").attribute(Event.EXPIRY_TIME, "tomorrow"),
            Draft.of("user.said", "[".repeat(65) + "]".repeat(65)));

    for (Draft draft : invalid) {
      assertThatThrownBy(() -> bus().publish(draft))
          .as(draft.toString())
          .isInstanceOf(PublishRejected.class);
    }
  }

  @Test
  default void theLargestThatIsAllowedIsTaken() {
    Draft largest =
        said("i".repeat(128), "ü".repeat(128))
            .source("s".repeat(256))
            .correlation("c".repeat(128))
            .causation("c".repeat(128));
    String nested = "[".repeat(64) + "]".repeat(64);

    assertThat(bus().publish(largest).duplicate()).isFalse();
    assertThat(bus().publish(Draft.of("a".repeat(200))).stream()).isEqualTo("bot");
    assertThat(bus().publish(Draft.of("user.said", nested)).stream()).isEqualTo("user");
    String data = "\"" + "x".repeat(256 * 1024 - 2) + "\"";
    assertThat(bus().publish(Draft.of("user.said", data)).stream()).isEqualTo("user");
  }

  @Test
  default void dataThatDoesNotFitItsSchemaIsRefusedWhereThatIsEnforced() {
    assertThatThrownBy(() -> bus().publish(Draft.of("user.strict", "{}")))
        .isInstanceOf(InvalidEvent.class)
        .hasMessageContaining("name");
    bus().publish(Draft.of("user.strict", "{\"name\":\"x\"}"));
    bus().publish(Draft.of("user.lenient", "{}"));
  }

  /** A record that names its type. */
  @EventType("user.greeted")
  record Greeted(String name, int times) {}

  /** A record that does not. */
  record Unnamed(String name) {}

  @Test
  default void aRecordIsPublishedAndHandledAsItself() {
    Recorder recorder = new Recorder();
    List<Greeted> greeted = new java.util.concurrent.CopyOnWriteArrayList<>();
    subscribe(
        bus(),
        Subscription.of("greeter", "user.greeted"),
        event -> greeted.add(event.data(Greeted.class)));

    bus().publish(new Greeted("Änn", 3));

    Soon.soon().until(() -> greeted.equals(List.of(new Greeted("Änn", 3))));
    assertThatThrownBy(() -> bus().publish(new Unnamed("x"))).isInstanceOf(InvalidInput.class);
    assertThat(recorder.begun()).isEmpty();
  }

  @Test
  default void routesAndKeysDecideWhereEventsGo() {
    Receipt bot = bus().publish(Draft.of("anything.else"));
    Receipt error = bus().publish(Draft.of("alert.raised"));
    Receipt system = bus().publish(Draft.of("system.started"));
    List<Receipt> wide =
        IntStream.range(0, 40)
            .mapToObj(n -> bus().publish(Draft.of("wide.x").key("k" + n)))
            .toList();

    assertThat(List.of(bot, error, system))
        .extracting(Receipt::stream)
        .containsExactly("bot", "error", "system");
    assertThat(wide).extracting(Receipt::partition).contains(0, 1, 2, 3);
    assertThat(bus().publish(Draft.of("wide.y").key("k7")).partition())
        .isEqualTo(wide.get(7).partition());
    assertThat(config().partitionOf("wide.y", "k7").number()).isEqualTo(wide.get(7).partition());
  }
}
