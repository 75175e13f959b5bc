package dev.rookery.verify.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Event;
import dev.rookery.Limits;
import dev.rookery.Payload;
import dev.rookery.TypePattern;
import dev.rookery.client.wire.ClientFrame;
import dev.rookery.client.wire.CloudEventReader;
import dev.rookery.conditions.CelConditions;
import dev.rookery.testkit.Samples;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** As much of one thing as one body can hold. */
class HugeInputTest {
  private static final int BODY = Limits.STANDARD.bodyBytes();

  /** Names cost most: each is remembered, to see whether it comes twice. */
  private static final long MOST_BYTES = 32L * BODY;

  /** Of the processor, in which what is not linear in the body could not be done. */
  private static final Duration TIME = Duration.ofSeconds(1);

  static Stream<Arguments> bodies() {
    String names =
        IntStream.range(0, BODY / 11)
            .mapToObj(n -> "\"%07d\":1".formatted(n))
            .collect(Collectors.joining(",", "{", "}"));
    return Stream.of(
        Arguments.of("nesting of a hundred thousand", "[".repeat(100_000)),
        Arguments.of("nested objects", "{\"a\":".repeat(100_000)),
        Arguments.of("digits by the megabyte", "1".repeat(BODY)),
        Arguments.of("digits behind a point", "0." + "1".repeat(BODY - 2)),
        Arguments.of("a number out of range", "1e999999999"),
        Arguments.of("a hundred thousand names", names),
        Arguments.of("the same name again and again", "{" + "\"a\":1,".repeat(BODY / 6) + "}"),
        Arguments.of("one long name", "{\"" + "a".repeat(BODY - 8) + "\":1}"),
        Arguments.of("one long text", "\"" + "x".repeat(BODY - 2) + "\""),
        Arguments.of("escapes", "\"" + "\\ud83e\\udd89".repeat(BODY / 12) + "\""),
        Arguments.of("half a character at the end", "\"" + "x".repeat(BODY - 8) + "\\ud83e\""),
        Arguments.of("blanks", " ".repeat(BODY)),
        Arguments.of("a list", "[" + "1,".repeat(BODY / 2 - 1) + "1]"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("bodies")
  void anEventWithItIsRefused(String name, String data) {
    byte[] event =
        bytes(
            "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"a\",\"type\":\"a\",\"data\":",
            data);
    isRefused(() -> CloudEventReader.draft(event, Limits.STANDARD));
    byte[] batch = bytes("[", data);
    isRefused(() -> CloudEventReader.batch(batch, Limits.STANDARD));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("bodies")
  void aFrameOfItIsRefused(String name, String data) {
    isRefused(() -> frame(bytes("", data)));
    isRefused(() -> frame(bytes("{\"op\":", data)));
    isRefused(() -> frame(bytes("{\"op\":\"ack\",\"deliveries\":", data)));
    isRefused(() -> frame(bytes("{\"op\":\"subscribe\",\"patterns\":", data)));
  }

  @Test
  void aPatternOfItIsRefused() {
    isRefused(() -> TypePattern.of("*.".repeat(BODY / 2) + "*"));
    isRefused(() -> TypePattern.of("a".repeat(BODY)));
  }

  @Test
  void aConditionOfItIsRefused() {
    CelConditions conditions = new CelConditions();
    isRefused(() -> conditions.compile("data." + "a".repeat(BODY)));
    isRefused(() -> conditions.compile("!".repeat(4_095) + "a"));
    isRefused(() -> conditions.compile("(".repeat(2_000) + "true" + ")".repeat(2_000)));
  }

  @Test
  void aConditionThatNeverEndsOverAHugeListIsFalse() {
    Payload list = Payload.json("[" + "1,".repeat(100_000) + "1]");
    Predicate<Event> condition =
        new CelConditions().compile("data.all(x, data.all(y, data.all(z, x + y + z > 0)))");
    assertThat(
            Decoding.within(TIME, MOST_BYTES, () -> condition.test(Samples.event("1", "a", list))))
        .contains(false);
  }

  private static byte[] bytes(String before, String data) {
    return (before + data).getBytes(StandardCharsets.UTF_8);
  }

  private static Boolean frame(byte[] text) {
    ClientFrame.read(text, new ClientFrameFuzz.Heard());
    return true;
  }

  private static void isRefused(Supplier<?> decoder) {
    assertThat(Decoding.within(TIME, MOST_BYTES, decoder::get)).isEmpty();
  }
}
