package dev.rookery.client.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.InvalidEvent;
import dev.rookery.InvalidInput;
import dev.rookery.JsonText;
import dev.rookery.Limits;
import dev.rookery.RookeryException;
import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class StrictReadingTest {
  private static final String HEAD =
      "\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"s\",\"type\":\"a.b\"";

  private static Arguments bad(String name, String text, String said) {
    return Arguments.of(name, text.getBytes(StandardCharsets.UTF_8), said);
  }

  private static Arguments data(String name, String data, String said) {
    return bad(name, "{" + HEAD + ",\"data\":" + data + "}", said);
  }

  private static Arguments attribute(String name, String json, String said) {
    return bad(name, "{" + HEAD + "," + json + "}", said);
  }

  private static Arguments bytes(String name, int... between) {
    byte[] head = ("{" + HEAD + ",\"data\":\"").getBytes(StandardCharsets.UTF_8);
    byte[] text = new byte[head.length + between.length + 2];
    System.arraycopy(head, 0, text, 0, head.length);
    IntStream.range(0, between.length).forEach(i -> text[head.length + i] = (byte) between[i]);
    text[text.length - 2] = '"';
    text[text.length - 1] = '}';
    return Arguments.of(name, text, "not UTF-8");
  }

  static Stream<Arguments> badInputs() {
    return Stream.of(
        bad("an empty body", "", "empty"),
        bad("a body that is no JSON", "hello", "strict JSON"),
        bad("a body that is no object", "[]", "object"),
        bad("a body cut off", "{" + HEAD, "strict JSON"),
        bad("two values", "{" + HEAD + "}{}", "follows"),
        bad("a duplicate attribute", "{" + HEAD + ",\"id\":\"2\"}", "Duplicate"),
        bad("no id", "{\"specversion\":\"1.0\",\"source\":\"s\",\"type\":\"a\"}", "id is missing"),
        bad(
            "no source",
            "{\"specversion\":\"1.0\",\"id\":\"s\",\"type\":\"a\"}",
            "source is missing"),
        bad(
            "no type",
            "{\"specversion\":\"1.0\",\"source\":\"s\",\"id\":\"a\"}",
            "type is missing"),
        bad("no specversion", "{\"id\":\"1\",\"source\":\"s\",\"type\":\"a\"}", "specversion"),
        bad(
            "another specversion",
            "{\"specversion\":\"0.3\",\"id\":\"1\",\"source\":\"s\",\"type\":\"a\"}",
            "specversion"),
        data("a duplicate name in the data", "{\"a\":1,\"a\":2}", "Duplicate"),
        data("a duplicate name by an escape", "{\"a\":1,\"\\u0061\":2}", "Duplicate"),
        data("an escaped zero", "\"a\\u0000b\"", "u0000"),
        data("an escaped zero as a name", "{\"\\u0000\":1}", "u0000"),
        data("half a surrogate pair", "\"\\ud83d\"", "surrogate"),
        data("half a surrogate pair before text", "\"\\ud83dabc\"", "surrogate"),
        data("the second half alone", "\"\\ude00\"", "surrogate"),
        data("a number beyond every double", "1e999999999", "range"),
        data("a number deep inside that is too large", "{\"a\":[1E+400]}", "range"),
        data("digits by the thousand", "1".repeat(2_000), "limit"),
        data("a fraction by the thousand", "0." + "1".repeat(2_000), "limit"),
        data("nesting of 65", "[".repeat(65) + "]".repeat(65), "deeper than 64"),
        data("nesting of 100,000", "[".repeat(100_000), "deeper than 64"),
        data("a number with a leading zero", "01", "strict JSON"),
        data("NaN", "NaN", "strict JSON"),
        data("a comment", "1/**/", "strict JSON"),
        data("a trailing comma", "[1,]", "strict JSON"),
        data("single quotes", "'a'", "strict JSON"),
        data("a raw line break in a string", "\"a\nb\"", "strict JSON"),
        bytes("a lone continuation byte", 0x80),
        bytes("a sequence cut off", 0xe2, 0x82),
        bytes("an overlong slash", 0xc0, 0xaf),
        bytes("an overlong zero", 0xe0, 0x80, 0x80),
        bytes("an encoded surrogate", 0xed, 0xa0, 0x80),
        bytes("beyond Unicode", 0xf4, 0x90, 0x80, 0x80),
        bytes("a byte that is never UTF-8", 0xff),
        attribute("a structured attribute", "\"x\":{}", "structured"),
        attribute("a fraction as an attribute", "\"x\":1.5", "neither"),
        attribute("a large number as an attribute", "\"x\":2147483648", "32 bits"),
        attribute("an upper-case attribute", "\"eXt\":\"1\"", "a-z0-9"),
        attribute("a long attribute name", "\"" + "x".repeat(21) + "\":\"1\"", "a-z0-9"),
        attribute("an attribute with a hyphen", "\"a-b\":\"1\"", "a-z0-9"),
        attribute("an empty key", "\"partitionkey\":\"\"", "empty"),
        attribute("a key that is too long", "\"partitionkey\":\"" + "k".repeat(257) + "\"", "256"),
        attribute("a line break in a key", "\"partitionkey\":\"a\\r\\nb\"", "control"),
        attribute("a terminal escape", "\"correlationid\":\"\\u001b[31m\"", "control"),
        attribute("a time that is none", "\"time\":\"yesterday\"", "no time"),
        attribute("an expiry that is none", "\"expirytime\":\"soon\"", "no time"),
        attribute("hops that are none", "\"hops\":\"many\"", "hops"),
        attribute("a version of zero", "\"dataversion\":0", "version"),
        attribute("a version in words", "\"dataversion\":\"two\"", "version"),
        attribute("both kinds of data", "\"data\":1,\"data_base64\":\"AA==\"", "both"),
        attribute("no Base64", "\"data_base64\":\"*\"", "Base64"),
        attribute("Base64 of no JSON", "\"data_base64\":\"AA==\"", "not JSON"),
        bad("a type of ten megabytes", type("a".repeat(10_000_000)), "larger than"),
        bad("a type with an empty token", type("a..b"), "'a..b'"),
        bad("a type that ends in a dot", type("a."), "'a.'"),
        bad("a type with a space", type("a b"), "'a b'"),
        bad(
            "an id with a line break",
            "{\"specversion\":\"1.0\",\"id\":\"1\\r\\n\",\"source\":\"s\",\"type\":\"a\"}",
            "control"),
        bad(
            "an id that is too long",
            "{\"specversion\":\"1.0\",\"id\":\""
                + "i".repeat(129)
                + "\",\"source\":\"s\",\"type\":\"a\"}",
            "128"));
  }

  private static String type(String type) {
    return "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"s\",\"type\":\"" + type + "\"}";
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badInputs")
  void isRefusedAndSaysWhy(String name, byte[] text, String said) {
    assertThatThrownBy(() -> CloudEventReader.draft(text, Limits.STANDARD))
        .isInstanceOfSatisfying(
            RookeryException.class, e -> assertThat(e.getMessage().length()).isLessThan(500))
        .hasMessageContaining(said);
  }

  @Test
  void aMillionNamesEndAtTheLimitOfTheEvent() {
    StringBuilder names = new StringBuilder("{");
    for (int i = 0; i < 1_000_000; i++) {
      names.append('"').append(i).append("\":1,");
    }
    byte[] text =
        ("{" + HEAD + ",\"data\":" + names + "\"x\":1}}").getBytes(StandardCharsets.UTF_8);

    assertThatThrownBy(() -> CloudEventReader.draft(text, Limits.STANDARD))
        .isInstanceOf(dev.rookery.EventTooLarge.class);
  }

  @Test
  void aBatchOfTooManyEventsIsRefused() {
    String batch = "[" + ("{" + HEAD + "},").repeat(500) + "{" + HEAD + "}]";

    assertThatThrownBy(
            () -> CloudEventReader.batch(batch.getBytes(StandardCharsets.UTF_8), Limits.STANDARD))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("more than 500 events");
  }

  @Test
  void nestingOf64IsTaken() {
    String data = "[".repeat(64) + "]".repeat(64);
    byte[] text = ("{" + HEAD + ",\"data\":" + data + "}").getBytes(StandardCharsets.UTF_8);

    assertThat(CloudEventReader.draft(text, Limits.STANDARD).data().text()).isEqualTo(data);
  }

  @Test
  void dataThatOnlySaysItIsJsonIsRefused() {
    assertThatThrownBy(
            () -> StrictJson.checkData(dev.rookery.Payload.json("{\"a\":1,}").bytes(), 64))
        .isInstanceOf(InvalidEvent.class);
  }

  @Test
  void theMessageNamesTheByte() {
    assertThatThrownBy(() -> JsonText.check("0123456789\\u0000".getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("byte 10");
  }
}
