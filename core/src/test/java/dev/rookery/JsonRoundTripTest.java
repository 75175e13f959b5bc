package dev.rookery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.spi.Cursor;
import dev.rookery.spi.Place;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.node.ObjectNode;

/** What stores and wires keep as JSON comes back as it was. */
class JsonRoundTripTest {
  private static final Instant TIME = Instant.parse("2026-01-31T12:00:00.123456789Z");
  private static final Partition USER = new Partition("user", 0);

  private static void comesBack(Object value) {
    String json = Json.MAPPER.writeValueAsString(value);
    Object read = Json.MAPPER.readValue(json, value.getClass());

    assertThat(read).as(json).isEqualTo(value);
  }

  private static Event event() {
    return new Event(
        "e",
        "user.said",
        "bot-ü🦉",
        "k'\"\\\n",
        TIME,
        "talk",
        Optional.of("cause"),
        7,
        Payload.json("{\"a\" : \"ü🦉\\u0000\"}"),
        Map.of("a", "1", "b", ""));
  }

  @Test
  void aSubscription() {
    Subscription full =
        Subscription.of("watcher", "user.**", "a.*")
            .where("data.text == 'ü🦉\\'\"'")
            .from(new Start.At(TIME))
            .retry(new RetryPolicy(7, Duration.ofNanos(1), Duration.ofDays(3)))
            .exhausted(Subscription.Exhausted.HOLD)
            .deadline(Duration.ofMillis(1_234))
            .concurrency(3)
            .window(5)
            .effect(SideEffect.EXTERNAL)
            .terms(new ReplayTerms(true, new Pace(2.5, 60)))
            .replayUntil(new Token(Map.of(USER, new Position(7, 3))));

    comesBack(full);
    comesBack(Subscription.of("plain", "**"));
    for (String start : List.of("latest", "earliest", "42", "7-3", full.until().get().toString())) {
      comesBack(full.from(Start.parse(start)));
    }
    assertThat(Json.MAPPER.writeValueAsString(full))
        .contains("\"hold\"", "\"user.**\"", "\"PT1.234S\"");
  }

  @Test
  void aSubscriptionThatWasStoredBeforeThereWereEffects() {
    ObjectNode old = Json.MAPPER.valueToTree(Subscription.of("plain", "**"));
    old.remove(List.of("effect", "terms"));

    assertThat(Json.MAPPER.treeToValue(old, Subscription.class))
        .isEqualTo(Subscription.of("plain", "**"));
  }

  @Test
  void aCursor() {
    Cursor.Waiting waiting =
        new Cursor.Waiting(3, TIME, List.of(new DeadLetter.Failure(TIME, "ü🦉'\"\u0000")));
    Position huge = new Position(Long.MAX_VALUE, Long.MAX_VALUE);
    Cursor cursor =
        new Cursor(
            new Place(Position.of(Long.MAX_VALUE - 1), Long.MAX_VALUE),
            List.of(new Cursor.Range(Position.of(5), huge, 9)),
            Map.of(huge, waiting, Position.of(7), waiting),
            Map.of(
                "key ü🦉'\"\\/",
                new Cursor.Parked(Optional.of(new Cursor.Head(Position.of(3), waiting)), true),
                "",
                new Cursor.Parked(Optional.empty(), false)),
            3);

    comesBack(cursor);
    comesBack(Cursor.at(Place.BEGINNING));
    String beginning = Json.MAPPER.writeValueAsString(Cursor.at(Place.BEGINNING));
    assertThat(Json.MAPPER.readTree(beginning))
        .isEqualTo(
            Json.MAPPER.readTree(
                """
                {"floor": {"position": "0", "ordinal": 0},
                 "settled": [], "waiting": {}, "parked": {}, "crashes": 0}
                """));
  }

  @ParameterizedTest
  @EnumSource(DeadLetter.Reason.class)
  void aDeadLetter(DeadLetter.Reason reason) {
    boolean raw = reason == DeadLetter.Reason.UNDECODABLE;
    comesBack(
        new DeadLetter(
            DeadLetter.idOf("s", USER, Position.of(1)),
            "s",
            USER,
            Position.of(1),
            "k ü🦉",
            raw ? Optional.empty() : Optional.of(event()),
            raw
                ? Optional.of(Payload.wrap("application/octet-stream", new byte[] {0, -1, 127}))
                : Optional.empty(),
            reason,
            DeadLetter.State.REDRIVING,
            3,
            List.of(new DeadLetter.Failure(TIME, "boom")),
            TIME));
  }

  @Test
  void anEvent() {
    comesBack(event());
  }

  @Test
  void aToken() {
    comesBack(new Token(Map.of(USER, Position.of(1))));
  }

  @Test
  void enumsAreWrittenInSmallLetters() {
    assertThat(Json.MAPPER.writeValueAsString(Durability.FSYNCED)).isEqualTo("\"fsynced\"");
    assertThat(Json.MAPPER.writeValueAsString(DeadLetter.Reason.PARKED)).isEqualTo("\"parked\"");
    assertThat(Json.MAPPER.writeValueAsString(DeadLetter.State.WAITING)).isEqualTo("\"waiting\"");
  }

  @Test
  void whatIsNotKnownYetIsPassedOver() {
    Place place =
        Json.MAPPER.readValue("{\"position\":\"7\",\"ordinal\":3,\"later\":{}}", Place.class);

    assertThat(place).isEqualTo(new Place(Position.of(7), 3));
  }
}
