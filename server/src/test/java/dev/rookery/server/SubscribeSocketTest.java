package dev.rookery.server;

import static dev.rookery.server.ServedBus.await;
import static dev.rookery.server.ServedBus.event;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Draft;
import dev.rookery.Operations.DeadLetterFilter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

@Timeout(120)
class SubscribeSocketTest {
  @AutoClose private final ServedBus served = new ServedBus();
  @AutoClose private BareSocket socket;

  @BeforeEach
  void connect() {
    socket = new BareSocket(served.port());
  }

  private void subscribe(BareSocket on, String more) throws InterruptedException {
    on.say("{\"op\":\"subscribe\",\"name\":\"mod\",\"patterns\":[\"user.*\"]" + more + "}");
    on.hear("subscribed");
  }

  /** Waits long for what is out when it goes away, or when a client does. */
  private static ServedBus patient() {
    return new ServedBus(config -> config.drainLimit(Duration.ofSeconds(30)));
  }

  private void publish(String id, String key) {
    publish(served, id, key);
  }

  private static void publish(ServedBus at, String id, String key) {
    at.bus.publish(Draft.of("user.n", "{\"n\":1}").id(id).source("s").key(key));
  }

  private long lag() {
    return lag(served);
  }

  private static long lag(ServedBus at) {
    return at.bus.operations().subscription("mod").lagEvents();
  }

  @Test
  void aDeliveryCarriesItsPlaceItsAttemptAndTheEvent() throws Exception {
    subscribe(socket, "");
    publish("e1", "k");

    JsonNode frame = socket.hear("event");

    assertThat(frame.get("delivery").asLong()).isEqualTo(1);
    assertThat(frame.get("stream").asString()).isEqualTo("user");
    assertThat(frame.get("partition").asInt()).isZero();
    assertThat(frame.get("position").asString()).isEqualTo("1");
    assertThat(frame.get("attempt").asInt()).isEqualTo(1);
    assertThat(frame.get("replay").asBoolean()).isFalse();
    assertThat(frame.get("event").get("specversion").asString()).isEqualTo("1.0");
    assertThat(frame.get("event").get("id").asString()).isEqualTo("e1");
    assertThat(frame.get("event").get("partitionkey").asString()).isEqualTo("k");
    assertThat(frame.get("event").get("data").get("n").asInt()).isEqualTo(1);
  }

  @Test
  void anAcknowledgementSettlesSeveralDeliveries() throws Exception {
    subscribe(socket, "");
    publish("e1", "a");
    publish("e2", "b");
    socket.hear("event");
    socket.hear("event");

    socket.say("{\"op\":\"ack\",\"deliveries\":[1,2]}");

    await().until(() -> lag() == 0);
  }

  @Test
  void theNextEventOfAKeyWaitsForTheSettlementOfTheOneBefore() throws Exception {
    subscribe(socket, "");
    publish("e1", "k");
    publish("e2", "k");
    publish("other", "x");

    assertThat(socket.hear("event").get("event").get("id").asString()).isEqualTo("e1");
    assertThat(socket.hear("event").get("event").get("id").asString()).isEqualTo("other");
    assertThat(socket.isSilentFor(300)).isTrue();
    socket.say("{\"op\":\"ack\",\"deliveries\":[1]}");

    assertThat(socket.hear("event").get("event").get("id").asString()).isEqualTo("e2");
  }

  /** Three events of a key that are there before the subscription. */
  private JsonNode run(String more) throws InterruptedException {
    for (String id : List.of("e1", "e2", "e3")) {
      publish(id, "k");
    }
    subscribe(socket, ",\"from\":\"earliest\",\"batch\":true,\"runs\":true" + more);
    return socket.hear("events").get("items");
  }

  @Test
  void whoAsksForRunsGetsTheEventsOfAKeyInOneFrame() throws Exception {
    JsonNode items = run("");

    assertThat(items.valueStream().map(item -> item.get("delivery").asInt()))
        .containsExactly(1, 2, 3);
    assertThat(items.valueStream().map(item -> item.get("event").get("id").asString()))
        .containsExactly("e1", "e2", "e3");
    socket.say("{\"op\":\"ack\",\"deliveries\":[1,2,3]}");
    await().until(() -> lag() == 0);
  }

  @Test
  void whatIsBehindARejectedDeliveryOfARunComesAgain() throws Exception {
    run("");

    socket.say("{\"op\":\"ack\",\"deliveries\":[1]}");
    socket.say("{\"op\":\"reject\",\"delivery\":2,\"reason\":\"never\"}");
    JsonNode again = socket.hear("event");
    socket.say("{\"op\":\"ack\",\"deliveries\":[3]}");

    assertThat(again.get("delivery").asInt()).isEqualTo(4);
    assertThat(again.get("attempt").asInt()).isEqualTo(1);
    assertThat(again.get("event").get("id").asString()).isEqualTo("e3");
    JsonNode error = socket.hear("error");
    assertThat(error.get("type").asString()).endsWith("stale-delivery");
    assertThat(error.get("delivery").asInt()).isEqualTo(3);
  }

  @Test
  void aDeliveryOfARunIsSettledInItsTurnOnly() throws Exception {
    run("");

    socket.say("{\"op\":\"ack\",\"deliveries\":[2]}");
    assertThat(socket.hear("error").get("delivery").asInt()).isEqualTo(2);
    socket.say("{\"op\":\"ack\",\"deliveries\":[1,2,3]}");

    await().until(() -> lag() == 0);
  }

  @Test
  void atTheDeadlineTheRestOfARunIsRevokedAndComesAgain() throws Exception {
    run(",\"deadlineMs\":3000,\"initialDelayMs\":1,\"maxDelayMs\":1");

    socket.say("{\"op\":\"ack\",\"deliveries\":[1]}");
    List<Integer> revoked = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      revoked.add(socket.hear("revoked").get("delivery").asInt());
    }

    assertThat(revoked).containsExactlyInAnyOrder(2, 3);
    JsonNode again = socket.hear("event");
    assertThat(again.get("event").get("id").asString()).isEqualTo("e2");
    assertThat(again.get("attempt").asInt()).isEqualTo(2);
  }

  @Test
  void theWindowIsTheCredit() throws Exception {
    subscribe(socket, ",\"window\":2");
    for (int i = 1; i <= 5; i++) {
      publish("e" + i, "k" + i);
    }
    socket.hear("event");
    socket.hear("event");

    assertThat(socket.isSilentFor(300)).isTrue();
    socket.say("{\"op\":\"ack\",\"deliveries\":[1]}");

    assertThat(socket.hear("event").get("delivery").asLong()).isEqualTo(3);
    assertThat(socket.isSilentFor(300)).isTrue();
  }

  @Test
  void aRetryComesAgainUnderANewNumberAndAttempt() throws Exception {
    subscribe(socket, ",\"initialDelayMs\":1,\"maxDelayMs\":1");
    publish("e1", "k");
    socket.hear("event");

    socket.say("{\"op\":\"retry\",\"delivery\":1,\"delayMs\":50,\"reason\":\"not yet\"}");
    JsonNode again = socket.hear("event");

    assertThat(again.get("delivery").asLong()).isEqualTo(2);
    assertThat(again.get("attempt").asInt()).isEqualTo(2);
  }

  @Test
  void aRejectedDeliveryIsADeadLetterAtOnce() throws Exception {
    subscribe(socket, "");
    publish("e1", "k");
    socket.hear("event");

    socket.say("{\"op\":\"reject\",\"delivery\":1,\"reason\":\"never\"}");

    await()
        .untilAsserted(() ->
            assertThat(served.bus.operations().deadLetters(DeadLetterFilter.ALL))
                .singleElement()
                .satisfies(letter -> {
                  assertThat(letter.reason().toString()).isEqualTo("rejected");
                  assertThat(letter.failures().getFirst().error()).isEqualTo("never");
                }));
  }

  @Test
  void aDeliveryIsRevokedAtItsDeadlineAndItsLateSettlementIsStale() throws Exception {
    subscribe(socket, ",\"deadlineMs\":3000,\"initialDelayMs\":1,\"maxDelayMs\":1");
    publish("e1", "k");
    socket.hear("event");

    assertThat(socket.hear("revoked").get("delivery").asLong()).isEqualTo(1);
    socket.say("{\"op\":\"ack\",\"deliveries\":[1]}");
    JsonNode one = socket.hear();
    JsonNode two = socket.hear();
    JsonNode error = one.get("op").asString().equals("error") ? one : two;
    JsonNode again = one.equals(error) ? two : one;

    assertThat(error.get("type").asString()).isEqualTo("urn:rookery:problem:stale-delivery");
    assertThat(error.get("delivery").asLong()).isEqualTo(1);
    assertThat(again.get("attempt").asInt()).isEqualTo(2);
  }

  @Test
  void whoSaysItIsWorkingKeepsTheDelivery() throws Exception {
    subscribe(socket, ",\"deadlineMs\":3000");
    publish("e1", "k");
    socket.hear("event");

    for (int i = 0; i < 4; i++) {
      assertThat(socket.isSilentFor(1_000)).isTrue();
      socket.say("{\"op\":\"working\",\"delivery\":1}");
    }
    socket.say("{\"op\":\"ack\",\"delivery\":1}");

    await().until(() -> lag() == 0);
  }

  @Test
  void whatALostConnectionHadNotSettledComesAgain() throws Exception {
    subscribe(socket, "");
    publish("e1", "k");
    socket.hear("event");

    socket.cut();
    try (BareSocket next = new BareSocket(served.port())) {
      subscribe(next, "");
      JsonNode again = next.hear("event");
      assertThat(again.get("event").get("id").asString()).isEqualTo("e1");
      next.say("{\"op\":\"ack\",\"deliveries\":[1]}");
      await().until(() -> lag() == 0);
    }
  }

  @Test
  void severalDeliveriesMayComeInOneFrame() throws Exception {
    for (int i = 1; i <= 50; i++) {
      publish("e" + i, "k" + i);
    }
    subscribe(socket, ",\"batch\":true,\"from\":\"earliest\"");

    int frames = 0;
    int items = 0;
    while (items < 50) {
      JsonNode frame = socket.hear();
      items += frame.get("op").asString().equals("events") ? frame.get("items").size() : 1;
      frames++;
    }

    assertThat(frames).isLessThan(50);
  }

  @Test
  void publishesOverTheSocketAreAnsweredInOrderWithTheirReference() throws Exception {
    for (int i = 1; i <= 100; i++) {
      socket.say(
          "{\"op\":\"publish\",\"ref\":" + i + ",\"event\":" + event("p" + i, "user.a", "1") + "}");
    }

    for (int i = 1; i <= 100; i++) {
      JsonNode receipt = socket.hear("receipt");
      assertThat(receipt.get("ref").asInt()).isEqualTo(i);
      assertThat(receipt.get("position").asString()).isEqualTo(Integer.toString(i));
    }
  }

  @Test
  void aBadPublishIsAnErrorWithItsReference() throws Exception {
    socket.say("{\"op\":\"publish\",\"ref\":\"r\",\"event\":" + event("p", "user a", "1") + "}");

    JsonNode error = socket.hear("error");

    assertThat(error.get("ref").asString()).isEqualTo("r");
    assertThat(error.get("type").asString()).isEqualTo("urn:rookery:problem:invalid-event");
    assertThat(error.get("status").asInt()).isEqualTo(400);
  }

  @Test
  void aPingIsAnswered() throws Exception {
    socket.say("{\"op\":\"ping\"}");

    socket.hear("pong");
  }

  @Test
  void whatIsNoFrameIsAnErrorAndTheConnectionGoesOn() throws Exception {
    socket.say("hello");
    socket.hear("error");
    socket.say("{\"op\":\"ack\",\"deliveries\":[77]}");
    assertThat(socket.hear("error").get("type").asString()).endsWith("stale-delivery");
    subscribe(socket, "");
    socket.say("{\"op\":\"subscribe\",\"name\":\"two\",\"patterns\":[\"**\"]}");

    assertThat(socket.hear("error").get("detail").asString()).contains("another connection");
  }

  @Test
  void aBadSubscriptionIsAnError() throws Exception {
    socket.say("{\"op\":\"subscribe\",\"name\":\"a\",\"patterns\":[\"a.**.b\"]}");

    assertThat(socket.hear("error").get("type").asString()).endsWith("invalid-input");
  }

  @Test
  void aMessageBeyondTheLimitEndsTheConnection() {
    socket.say("{\"op\":\"publish\",\"event\":\"" + "x".repeat(1 << 20) + "\"}");

    await().until(() -> socket.closed != null);
    assertThat(socket.closed).startsWith("1009");
  }

  @Test
  void aClientThatDrainsKeepsWhatItHasAndGetsNothingNew() throws Exception {
    try (ServedBus patient = patient();
        BareSocket draining = new BareSocket(patient.port())) {
      subscribe(draining, "");
      publish(patient, "e1", "a");
      draining.hear("event");

      draining.say("{\"op\":\"drain\"}");
      assertThat(draining.isSilentFor(1_000)).isTrue();
      publish(patient, "e2", "b");
      assertThat(draining.isSilentFor(300)).isTrue();
      draining.say("{\"op\":\"ack\",\"deliveries\":[1]}");

      await().until(() -> draining.closed != null);
      assertThat(draining.closed).startsWith("1000");
      assertThat(lag(patient)).isEqualTo(1);
    }
  }

  @Test
  void aServerThatGoesAwaySaysSoAndWaitsForWhatIsOut() throws Exception {
    try (ServedBus patient = patient();
        BareSocket waiting = new BareSocket(patient.port())) {
      subscribe(waiting, "");
      publish(patient, "e1", "a");
      waiting.hear("event");

      Thread closing = Thread.ofVirtual().start(patient.server::close);
      waiting.hear("draining");
      waiting.say("{\"op\":\"ack\",\"deliveries\":[1]}");
      closing.join();

      assertThat(lag(patient)).isZero();
      await().until(() -> waiting.closed != null);
    }
  }

  @Test
  void aReplaySaysWhenItHasEnded() throws Exception {
    publish("e1", "a");
    String end = served.bus.operations().latest().toString();
    publish("e2", "a");

    subscribe(socket, ",\"from\":\"earliest\",\"replay\":true,\"until\":\"" + end + "\"");
    JsonNode delivery = socket.hear("event");
    assertThat(delivery.get("replay").asBoolean()).isTrue();
    socket.say("{\"op\":\"ack\",\"deliveries\":[1]}");

    socket.hear("ended");
  }
}
