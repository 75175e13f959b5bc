package dev.rookery.client.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.Delivery;
import dev.rookery.Event;
import dev.rookery.InvalidInput;
import dev.rookery.Partition;
import dev.rookery.Payload;
import dev.rookery.Position;
import dev.rookery.RetryPolicy;
import dev.rookery.Start;
import dev.rookery.Subscription;
import dev.rookery.Token;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameTest {
  private final List<String> told = new ArrayList<>();

  private final ClientFrame.Receiver client =
      new ClientFrame.Receiver() {
        @Override
        public void subscribe(SubscribeRequest request) {
          told.add("subscribe " + request.name());
        }

        @Override
        public void ack(long delivery) {
          told.add("ack " + delivery);
        }

        @Override
        public void retry(long delivery, Duration delay, String reason, boolean outage) {
          told.add("retry " + delivery + " " + delay + " " + reason + " " + outage);
        }

        @Override
        public void reject(long delivery, String reason) {
          told.add("reject " + delivery + " " + reason);
        }

        @Override
        public void working(long delivery) {
          told.add("working " + delivery);
        }

        @Override
        public void publish(byte[] ref, byte[] event) {
          told.add("publish " + text(ref) + " " + text(event));
        }

        @Override
        public void ping() {
          told.add("ping");
        }

        @Override
        public void drain() {
          told.add("drain");
        }
      };

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private void say(String frame) {
    ClientFrame.read(frame.getBytes(StandardCharsets.UTF_8), client);
  }

  @Test
  void whatAClientSaysIsUnderstoodWhateverTheOrderOfItsMembers() {
    say("{\"deliveries\":[7,8,9],\"op\":\"ack\"}");
    say("{\"op\":\"ack\",\"delivery\":1}");
    say("{\"op\":\"retry\",\"delivery\":7,\"delayMs\":1500,\"reason\":\"later\"}");
    say("{\"op\":\"retry\",\"delivery\":8,\"outage\":true}");
    say("{\"op\":\"reject\",\"delivery\":9,\"reason\":null}");
    say("{\"op\":\"working\",\"delivery\":7,\"unknown\":{\"a\":[1]}}");
    say("{\"op\":\"publish\",\"event\":{ \"id\":1 },\"ref\":\"r-1\"}");
    say("{\"op\":\"publish\",\"event\":{}}");
    say("{\"op\":\"ping\"}");
    say("{\"op\":\"drain\"}");
    say("{\"op\":\"subscribe\",\"name\":\"a\",\"patterns\":[\"**\"]}");

    assertThat(told)
        .containsExactly(
            "ack 7",
            "ack 8",
            "ack 9",
            "ack 1",
            "retry 7 PT1.5S later false",
            "retry 8 PT0S  true",
            "reject 9 ",
            "working 7",
            "publish \"r-1\" { \"id\":1 }",
            "publish null {}",
            "ping",
            "drain",
            "subscribe a");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "{}",
        "{\"op\":1}",
        "{\"op\":\"dance\"}",
        "{\"op\":\"ack\",\"deliveries\":7}",
        "{\"op\":\"ack\",\"deliveries\":[\"7\"]}",
        "{\"op\":\"ack\",\"deliveries\":[1e3]}",
        "{\"op\":\"retry\"}",
        "{\"op\":\"retry\",\"delivery\":\"7\"}",
        "{\"op\":\"working\",\"delivery\":99999999999999999999}",
        "{\"op\":\"publish\"}",
        "{\"op\":\"publish\",\"event\":{},\"ref\":{}}",
        "{\"op\":\"ping\",\"op\":\"ping\"}",
        "{\"op\":\"subscribe\",\"patterns\":[\"**\"],\"name\":\"a\",\"window\":{}}",
        "{\"op\":\"subscribe\",\"patterns\":[\"a.**.b\"],\"name\":\"a\"}",
        "{\"op\":\"subscribe\",\"patterns\":[\"a\"],\"name\":\"a\",\"from\":\"soon\"}"
      })
  void whatIsNoFrameIsRefused(String frame) {
    assertThatThrownBy(() -> say(frame)).isInstanceOf(InvalidInput.class);
    assertThat(told).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"op\":\"subscribe\",\"name\":\"a\"}",
        "{\"op\":\"subscribe\",\"name\":\"a\",\"patterns\":[]}",
        "{\"op\":\"subscribe\",\"name\":\"a\",\"patterns\":[null]}",
        "{\"op\":\"subscribe\",\"name\":\"a b\",\"patterns\":[\"**\"]}",
        "{\"op\":\"subscribe\",\"name\":\"a\",\"patterns\":[\"**\"],\"window\":0}",
        "{\"op\":\"subscribe\",\"name\":\"a\",\"patterns\":[\"**\"],\"maxAttempts\":0}"
      })
  void aSubscriptionThatCannotBeIsRefused(String frame) {
    byte[] text = frame.getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> SubscribeRequest.read(text).toSubscription())
        .isInstanceOf(InvalidInput.class);
  }

  @Test
  void aSubscriptionSurvivesTheWayThereAndBack() {
    Subscription sent =
        Subscription.of("moderator", "user.message.*", "alert.**")
            .where("data.amount > 10")
            .from(Start.parse("2026-01-31T12:00:00Z"))
            .retry(new RetryPolicy(7, Duration.ofMillis(20), Duration.ofSeconds(3)))
            .exhausted(Subscription.Exhausted.HOLD)
            .deadline(Duration.ofSeconds(5))
            .concurrency(3)
            .window(17)
            .replayUntil(new Token(Map.of(new Partition("user", 0), Position.of(9))));

    byte[] json = dev.rookery.Json.MAPPER.writeValueAsBytes(SubscribeRequest.of(sent));

    assertThat(SubscribeRequest.read(json).toSubscription()).isEqualTo(sent);
  }

  @Test
  void aDeliverySurvivesTheWayThereAndBackAloneAndInABatch() {
    Event event =
        new Event(
            "i",
            "a.b",
            "s",
            "k",
            Instant.parse("2026-01-31T12:00:00Z"),
            "c",
            Optional.empty(),
            1,
            Payload.json("{ \"x\":1 }"),
            Map.of());
    Delivery sent =
        new Delivery("m", new Partition("user", 2), new Position(5, 6), 3, 9, true, true, event);
    JsonOut alone = new JsonOut();
    ServerFrame.write(alone, 7, sent, true);
    JsonOut together = new JsonOut();
    together.beginObject().member("op", "events").name("items").beginArray();
    ServerFrame.write(together, 8, sent, false);
    ServerFrame.write(together, 9, sent, false);
    together.endArray().endObject();

    Heard heard = new Heard();
    ServerFrame.read(alone.toByteArray(), "m", heard);
    ServerFrame.read(together.toByteArray(), "m", heard);

    assertThat(heard.numbers).containsExactly(7L, 8L, 9L);
    assertThat(heard.deliveries).containsExactly(sent, sent, sent);
  }

  @Test
  void aChangedDefinitionIsTold() {
    Subscription now = Subscription.of("m", "a.**").where("data.x > 1").window(9);
    JsonOut frame = new JsonOut().beginObject().member("op", "changed").name("subscription");
    frame.raw(dev.rookery.Json.MAPPER.writeValueAsBytes(SubscribeRequest.of(now))).endObject();

    Heard heard = new Heard();
    ServerFrame.read(frame.toByteArray(), "m", heard);

    assertThat(heard.definitions).containsExactly(now);
  }

  /** Remembers deliveries and definitions. */
  private static final class Heard implements ServerFrame.Receiver {
    private final List<Long> numbers = new ArrayList<>();
    private final List<Delivery> deliveries = new ArrayList<>();
    private final List<Subscription> definitions = new ArrayList<>();

    @Override
    public void subscribed() {}

    @Override
    public void deliveries(List<ServerFrame.Sent> sent) {
      sent.forEach(one -> {
        numbers.add(one.number());
        deliveries.add(one.delivery());
      });
    }

    @Override
    public void revoked(long delivery) {}

    @Override
    public void error(Problem problem, long delivery) {}

    @Override
    public void state(String state) {}

    @Override
    public void ended() {}

    @Override
    public void changed(Subscription definition) {
      definitions.add(definition);
    }

    @Override
    public void draining() {}
  }
}
