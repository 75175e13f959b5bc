package dev.rookery.client.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.Draft;
import dev.rookery.Event;
import dev.rookery.EventTooLarge;
import dev.rookery.InvalidEvent;
import dev.rookery.Limits;
import dev.rookery.Payload;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CloudEventJsonTest {
  private static final String HEAD =
      "{\"specversion\":\"1.0\",\"id\":\"i1\",\"source\":\"bot-1\",\"type\":\"user.message\"";

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Draft draft(String text) {
    return CloudEventReader.draft(utf8(text), Limits.STANDARD);
  }

  private static Event event(Payload data, Map<String, String> attributes) {
    return new Event(
        "i1",
        "user.message",
        "bot-1",
        "kanal-ö",
        Instant.parse("2026-01-31T12:00:00.123456Z"),
        "c1",
        Optional.of("i0"),
        3,
        data,
        attributes);
  }

  private static String written(Event event) {
    JsonOut out = new JsonOut();
    CloudEventWriter.write(out, event);
    return out.toString();
  }

  @Test
  void anEventSurvivesTheWayThereAndBack() {
    Event sent =
        event(
            Payload.json("{ \"text\" : \"hi \\u00e4 \\\"x\\\"\", \"n\": 1.00 }"),
            Map.of("hops", "2", "traceparent", "00-ab-cd-01", "tenant", "a \"b\" \\ ü"));

    Event read = CloudEventReader.event(utf8(written(sent)));

    assertThat(read).isEqualTo(sent);
  }

  @Test
  void bytesThatAreNotJsonTravelInBase64() {
    Event sent = event(Payload.wrap("image/png", new byte[] {0, 1, -1, 13, 10}), Map.of());

    String json = written(sent);

    assertThat(json).contains("\"data_base64\":\"AAH/DQo=\"").doesNotContain("\"data\":");
    assertThat(CloudEventReader.event(utf8(json))).isEqualTo(sent);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{ \"a\" : 1.000 ,\n\t\"b\":[ ] }",
        "\"text \\u00e4 \\ud83d\\ude00\"",
        "  null  ",
        "true",
        "-0.10e+02",
        "[1 ,2, {\"x\":\"\\/\"}]",
        "\"äöü 😀\"",
        "12345678901234567890123456789"
      })
  void theDataIsTheSliceOfTheBodyByteByByte(String data) {
    Draft draft = draft(HEAD + ",\"data\":" + data + "}");

    assertThat(draft.data().text()).isEqualTo(data.strip());
  }

  @Test
  void theMembersMayComeInAnyOrder() {
    Draft draft =
        draft(
            "{\"data\":\"plain\",\"datacontenttype\":\"text/plain\",\"type\":\"a.b\",\"source\":\"s\",\"id\":\"1\",\"specversion\":\"1.0\"}");

    assertThat(draft.data()).isEqualTo(Payload.wrap("text/plain", utf8("plain")));
  }

  @Test
  void ourAttributesHaveTheirNames() {
    Draft draft =
        draft(
            HEAD
                + ",\"partitionkey\":\"k\",\"correlationid\":\"c\",\"causationid\":\"p\",\"dataversion\":2,"
                + "\"time\":\"2026-01-31T13:00:00+01:00\",\"hops\":4,\"expirytime\":\"2026-02-01T00:00:00Z\",\"flag\":true}");

    assertThat(draft.key()).contains("k");
    assertThat(draft.correlation()).contains("c");
    assertThat(draft.causation()).contains("p");
    assertThat(draft.version()).contains(2);
    assertThat(draft.time()).contains(Instant.parse("2026-01-31T12:00:00Z"));
    assertThat(draft.attributes())
        .isEqualTo(Map.of("hops", "4", "expirytime", "2026-02-01T00:00:00Z", "flag", "true"));
  }

  @Test
  void anEventWithoutDataHasAnEmptyObject() {
    assertThat(draft(HEAD + "}").data()).isEqualTo(Payload.EMPTY);
  }

  @Test
  void anAttributeThatIsNullIsAbsent() {
    assertThat(draft(HEAD + ",\"partitionkey\":null}").key()).isEmpty();
  }

  @Test
  void aDraftIsWrittenWithWhatItKnows() {
    Draft draft = Draft.of("a.b", "[ 1 ]").id("7").source("s");
    JsonOut out = new JsonOut();

    CloudEventWriter.write(out, draft);

    assertThat(out.toString())
        .isEqualTo(
            "{\"specversion\":\"1.0\",\"id\":\"7\",\"source\":\"s\",\"type\":\"a.b\",\"datacontenttype\":\"application/json\",\"data\":[ 1 ]}");
    assertThat(CloudEventReader.draft(out.toByteArray(), Limits.STANDARD)).isEqualTo(draft);
  }

  @Test
  void aBatchKeepsItsOrder() {
    String one = HEAD + ",\"data\":1}";
    String two = HEAD.replace("i1", "i2") + ",\"data\":2}";

    List<Draft> drafts =
        CloudEventReader.batch(utf8("[" + one + " , " + two + "]"), Limits.STANDARD);

    assertThat(drafts).extracting(d -> d.id().orElseThrow()).containsExactly("i1", "i2");
    assertThat(drafts).extracting(d -> d.data().text()).containsExactly("1", "2");
  }

  @Test
  void aBadEventOfABatchIsNamedByItsIndex() {
    String good = HEAD + "}";
    String bad = HEAD.replace("user.message", "user..message") + "}";

    assertThatThrownBy(
            () -> CloudEventReader.batch(utf8("[" + good + "," + bad + "]"), Limits.STANDARD))
        .isInstanceOfSatisfying(
            InvalidBatch.class,
            e -> {
              assertThat(e.index()).isEqualTo(1);
              assertThat(e.reason()).isInstanceOf(InvalidEvent.class);
            })
        .hasMessageContaining("event 1 of the batch")
        .hasMessageContaining("user..message");
  }

  @Test
  void brokenJsonInABatchIsNamedByItsIndexToo() {
    assertThatThrownBy(
            () -> CloudEventReader.batch(utf8("[" + HEAD + "},{\"id\":}]"), Limits.STANDARD))
        .isInstanceOfSatisfying(InvalidBatch.class, e -> assertThat(e.index()).isEqualTo(1));
  }

  @Test
  void anEventBeyondTheLimitIsTooLarge() {
    String data = "\"" + "x".repeat(Limits.STANDARD.eventBytes()) + "\"";

    assertThatThrownBy(() -> draft(HEAD + ",\"data\":" + data + "}"))
        .isInstanceOf(EventTooLarge.class);
  }
}
