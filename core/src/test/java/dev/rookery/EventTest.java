package dev.rookery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventTest {
  private static Event event(Map<String, String> attributes) {
    return new Event(
        "e", "t", "s", "k", Instant.EPOCH, "e", Optional.empty(), 1, Payload.EMPTY, attributes);
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "7, 7", "999999999, 999999999", "-1, 0", "x, 0", "'', 0", "٣, 0", "1.5, 0"})
  void hopsAreCountedOnlyWhereTheyAreANumber(String text, int hops) {
    assertThat(event(Map.of(Event.HOPS, text)).hops()).isEqualTo(hops);
  }

  @Test
  void hopsByTheMegabyteAreNone() {
    assertThat(event(Map.of(Event.HOPS, "9".repeat(1 << 20))).hops()).isZero();
    assertThat(event(Map.of()).hops()).isZero();
  }

  @Test
  void anExpiryIsAnInstantOrNone() {
    String time = "2026-01-31T12:00:00Z";

    assertThat(event(Map.of(Event.EXPIRY_TIME, time)).expiry()).contains(Instant.parse(time));
    assertThat(event(Map.of(Event.EXPIRY_TIME, "tomorrow")).expiry()).isEmpty();
    assertThat(event(Map.of()).expiry()).isEmpty();
  }

  @Test
  void whatWasHandedInIsNotChangedFromOutside() {
    Map<String, String> attributes = new HashMap<>(Map.of("a", "1"));
    Event event = event(attributes);
    attributes.put("b", "2");

    assertThat(event.attributes()).isEqualTo(Map.of("a", "1"));
  }

  @Test
  void aPayloadsBytesAreReadOnlyAndReadByEachFromTheBeginning() {
    Payload payload = Payload.json("{\"a\":1}");
    ByteBuffer first = payload.bytes();
    first.get();

    assertThat(payload.bytes().remaining()).isEqualTo(7);
    assertThat(payload.toArray()).hasSize(7);
    assertThatThrownBy(() -> payload.bytes().put((byte) 1))
        .isInstanceOf(ReadOnlyBufferException.class);
  }

  @Test
  void payloadsAreEqualWhereTheirBytesAre() {
    assertThat(Payload.json("{}")).isEqualTo(Payload.EMPTY).hasSameHashCodeAs(Payload.EMPTY);
    assertThat(Payload.json("{ }")).isNotEqualTo(Payload.EMPTY);
    assertThat(Payload.wrap("text/plain", new byte[] {'{', '}'})).isNotEqualTo(Payload.EMPTY);
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/json", "application/json; charset=utf-8", "a/b+json"})
  void jsonIsKnownByItsMediaType(String contentType) {
    assertThat(Payload.wrap(contentType, new byte[0]).isJson()).isTrue();
    assertThat(Payload.wrap("text/plain", new byte[0]).isJson()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "{}{}", "\u0000"})
  void bytesThatAreNoJsonAreUndecodable(String text) {
    assertThatThrownBy(() -> Payload.json(text).tree()).isInstanceOf(Undecodable.class);
  }

  record Greeting(String name, Optional<Instant> at) {}

  @Test
  void aRecordIsWrittenAndRead() {
    Greeting greeting = new Greeting("Änn", Optional.of(Instant.parse("2026-01-31T12:00:00Z")));

    assertThat(Payload.of(greeting).as(Greeting.class)).isEqualTo(greeting);
    assertThat(Payload.of(greeting).text()).contains("\"2026-01-31T12:00:00Z\"");
    assertThatThrownBy(() -> Payload.json("[]").as(Greeting.class)).isInstanceOf(Undecodable.class);
  }

  @Test
  void aCauseIsNamedWithItsConversationAndOneMoreHop() {
    Event cause = event(Map.of(Event.HOPS, "3"));
    Draft draft = Draft.of("x").causedBy(cause);

    assertThat(draft.causation()).contains("e");
    assertThat(draft.correlation()).contains("e");
    assertThat(draft.attributes()).containsEntry(Event.HOPS, "4");
  }
}
