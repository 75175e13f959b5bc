package dev.rookery.conditions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.Event;
import dev.rookery.InvalidInput;
import dev.rookery.Payload;
import dev.rookery.spi.Conditions;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CelConditionsTest {
  private static final String DATA =
      """
      {"amount": 12, "price": 9.5, "whole": 10.0, "text": "Hällo 🦉", "flag": true, "none": null,
       "list": [1, 2, 3], "mixed": [1, "a", null], "deep": {"er": {"n": 1}}, "empty": "",
       "big": 12345678901234567890, "huge": 1e400, "max": 9223372036854775807, "a.b": 1,
       "tags": ["x", "y"], "people": [{"name": "Ann", "age": 7}, {"name": "Bob", "age": 9}]}
      """;

  private final Conditions conditions = new CelConditions();

  private static Event event(Payload data) {
    return new Event(
        "e-1",
        "user.message.received",
        "bot-1",
        "channel-7",
        Instant.parse("2026-03-01T12:00:00Z"),
        "c-1",
        Optional.of("cause-1"),
        3,
        data,
        Map.of("hops", "2", "traceparent", "00-ab"));
  }

  private boolean matches(String condition) {
    return conditions.compile(condition).test(event(Payload.json(DATA)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "true",
        "id == 'e-1'",
        "type == 'user.message.received'",
        "type.startsWith('user.')",
        "source != 'bot-2'",
        "key == \"channel-7\"",
        "correlation == 'c-1' && causation == 'cause-1'",
        "version == 3",
        "version >= 2.5",
        "time > timestamp('2026-02-28T00:00:00Z')",
        "time - timestamp('2026-03-01T11:00:00Z') == duration('3600s')",
        "time.getHours() == 12",
        "attributes.hops == '2'",
        "int(attributes['hops']) < 3",
        "'traceparent' in attributes",
        "!('other' in attributes)",
        "data.amount > 10",
        "data.amount > 10 && source != 'bot-2'",
        "data.amount > 11.5",
        "data.amount == 12.0",
        "data.whole == 10",
        "data.price < 10",
        "data.price * 2.0 == 19.0",
        "data.amount % 5 == 2",
        "data.big > 9223372036854775807",
        "data.max == 9223372036854775807",
        "data.huge > 10",
        "data.text.contains('🦉')",
        "data.text.size() == 7",
        "data.text.matches('^H.llo')",
        "data.flag",
        "!(!data.flag)",
        "data.none == null",
        "data.amount != null",
        "has(data.none)",
        "has(data.amount) && !has(data.missing)",
        "!has(data.missing) || data.missing > 3",
        "data['a.b'] == 1",
        "data.list[0] == 1",
        "2 in data.list",
        "data.list.size() == 3",
        "size(data.list) == 3",
        "data.list == [1, 2, 3]",
        "data.list.exists(n, n > 2)",
        "data.list.all(n, n > 0)",
        "data.list.filter(n, n > 1).size() == 2",
        "data.list.map(n, n * 2) == [2, 4, 6]",
        "data.list.exists_one(n, n == 2)",
        "data.mixed.exists(m, m == 'a')",
        "data.mixed[2] == null",
        "data.deep.er.n == 1",
        "data.deep == {'er': {'n': 1}}",
        "data.people.exists(p, p.name == 'Bob' && p.age > 8)",
        "data.missing > 1 || data.amount > 1",
        "data.amount > 1 || data.missing > 1",
        "data.amount > 20 ? false : true",
        "data.empty == ''",
        "source + '/' + key == 'bot-1/channel-7'",
        "data.text + '!' == 'Hällo 🦉!'",
        "data.list + [4] == [1, 2, 3, 4]",
        "data.amount + 1 == 13 && data.price + 0.5 == 10.0 && 1 + 2 == 3",
        "time + duration('1h') > time",
        "type(data.amount) == int || true",
      })
  void isTrue(String condition) {
    assertThat(matches(condition)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "false",
        "source == 'bot-2'",
        "data.amount > 12",
        "data.missing",
        "data.missing == null",
        "data.missing.deeper > 1",
        "data.missing > 1 && data.amount > 1",
        "!data.missing",
        "data.text > 3",
        "data.text + 1 == 'x'",
        "data.amount",
        "data.text",
        "data.list",
        "data.none",
        "data.none > 1",
        "data.none.deeper",
        "data.list[7] == 1",
        "data.list[-1] == 1",
        "data.list.missing",
        "data.amount / 0 == 1",
        "data.amount % 0 == 1",
        "data.max + 1 > 0",
        "data.amount.matches('1')",
        "data.text.matches('[')",
        "data.text.matches(data.amount)",
        "int(data.text) == 1",
        "timestamp(data.text) > time",
        "duration(data.text) > duration('1s')",
        "attributes.other == '1'",
        "data.deep.all(k, k == 'no')",
        "data.people.all(p, p.age > 8)",
        "data.amount in 3 || false",
      })
  void isFalseWhateverIsWrong(String condition) {
    Predicate<Event> compiled;
    try {
      compiled = conditions.compile(condition);
    } catch (InvalidInput e) {
      return; // said at once is as well
    }
    assertThat(compiled.test(event(Payload.json(DATA)))).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "data.amount >|1|14",
        "dta.amount > 1|1|1",
        "data.amount > 1 &&& true|1|19",
        "source = 'x'|1|8",
        "source == 'x|1|11",
        "version + 'x' == 1|1|9",
        "id|1|1",
        "1 + 1|1|3",
        "unknown(data)|1|8",
        "data.list.exists(1, true)|1|18",
        "true; false|1|5",
      })
  void whatIsNoConditionIsRefusedWithItsPlace(String condition, int line, int column) {
    assertThatThrownBy(() -> conditions.compile(condition))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("line %d, column %d:".formatted(line, column))
        .hasMessageContaining("it may use id, type, source");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  ", "\n"})
  void anEmptyConditionIsRefused(String condition) {
    assertThatThrownBy(() -> conditions.compile(condition)).isInstanceOf(InvalidInput.class);
  }

  @Test
  void aConditionTooLargeIsRefusedUnread() {
    String large = "data.n == " + "1".repeat(5_000);

    assertThatThrownBy(() -> conditions.compile(large))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("larger than 4096 bytes");
    assertThatThrownBy(() -> conditions.compile("data.t == '" + "🦉".repeat(1_500) + "'"))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("larger than 4096 bytes");
  }

  @Test
  void aConditionTooDeepIsRefused() {
    String deep = "(".repeat(1_000) + "true" + ")".repeat(1_000);
    String lists = "[".repeat(1_000) + "]".repeat(1_000) + " == []";
    String not = "!".repeat(2_000) + "true";

    assertThatThrownBy(() -> conditions.compile(deep)).isInstanceOf(InvalidInput.class);
    assertThatThrownBy(() -> conditions.compile(lists)).isInstanceOf(InvalidInput.class);
    assertThat(conditions.compile(not).test(event(Payload.EMPTY))).isTrue();
  }

  @Test
  void aLongConditionIsNoDeepOne() {
    String or =
        IntStream.range(0, 200).mapToObj(n -> "version == " + n).collect(Collectors.joining("||"));

    assertThat(matches(or)).isTrue();
  }

  @Test
  void aMessageShowsNoControlCharactersOfTheCondition() {
    assertThatThrownBy(() -> conditions.compile("\u001b[31m\r\n nonsense"))
        .isInstanceOf(InvalidInput.class)
        .message()
        .doesNotContain("\u001b", "\r", "\n");
  }

  @Test
  @Timeout(60)
  void nestedLoopsOverAHugeListEndSoonAndAreFalse() {
    String numbers =
        IntStream.range(0, 20_000).mapToObj(Integer::toString).collect(Collectors.joining(","));
    Event huge = event(Payload.json("{\"list\":[" + numbers + "]}"));
    String[] nested = {
      "data.list.all(a, data.list.all(b, data.list.all(c, a + b + c >= 0)))",
      "data.list.map(a, data.list.map(b, data.list)).size() > 0",
      "data.list.filter(a, true).size() == 20000",
    };
    for (String condition : nested) {
      assertThat(conditions.compile(condition).test(huge)).as(condition).isFalse();
    }
    assertThat(conditions.compile("data.list.size() == 20000").test(huge)).isTrue();
    assertThat(conditions.compile("19999 in data.list").test(huge)).isTrue();
  }

  @Test
  @Timeout(60)
  void aRegularExpressionTakesLinearTime() {
    Event event = event(Payload.json("{\"t\":\"" + "a".repeat(50_000) + "\"}"));

    assertThat(conditions.compile("data.t.matches('(a+)+b')").test(event)).isFalse();
    assertThat(conditions.compile("data.t.matches('((a{50}){50}){50}')").test(event)).isFalse();
  }

  @Test
  @Timeout(60)
  void noConditionMakesLargeValuesOutOfAnEvent() {
    String list = "1,".repeat(999) + "1";
    String text = "a".repeat(200_000);
    Event event = event(Payload.json("{\"list\":[%s],\"t\":\"%s\"}".formatted(list, text)));
    String much = "data.t" + "+data.t".repeat(50);

    assertThat(conditions.compile("size(" + much + ") > 0").test(event)).isFalse();
    assertThat(conditions.compile("data.list.map(n, data.t + 'x').size() > 0").test(event))
        .isFalse();
    assertThatThrownBy(() -> conditions.compile("data.list.map(n, bytes(data.t)).size() > 0"))
        .isInstanceOf(InvalidInput.class);
  }

  @Test
  void whatCannotBeComputedIsCounted() {
    CelCondition condition = (CelCondition) conditions.compile("data.n > 1");

    condition.test(event(Payload.json("{}")));
    condition.test(event(Payload.json("{\"n\":\"text\"}")));
    condition.test(event(Payload.json("{\"n\":1}")));
    condition.test(event(Payload.json("{\"n\":2}")));

    assertThat(condition.errors()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"not json", "", "{", "[1,", "\u0000"})
  void dataThatIsNoJsonIsFalseOnlyWhereTheConditionAsksForIt(String data) {
    Event event = event(Payload.json(data));

    assertThat(conditions.compile("data.n > 1").test(event)).isFalse();
    assertThat(conditions.compile("source == 'bot-1'").test(event)).isTrue();
    assertThat(conditions.compile("source == 'bot-2' && data.n > 1").test(event)).isFalse();
  }

  @Test
  void dataThatIsAScalarOrAListCanBeAsked() {
    assertThat(conditions.compile("data == 5").test(event(Payload.json("5")))).isTrue();
    assertThat(conditions.compile("data[1] == 'b'").test(event(Payload.json("[\"a\",\"b\"]"))))
        .isTrue();
    assertThat(conditions.compile("data == null").test(event(Payload.json("null")))).isTrue();
  }

  @Test
  void deepDataIsFalseAndNoError() {
    String deep = "{\"a\":".repeat(400) + "1" + "}".repeat(400);

    assertThat(conditions.compile("data.b == 1").test(event(Payload.json(deep)))).isFalse();
    assertThat(conditions.compile("has(data.a.a)").test(event(Payload.json(deep)))).isTrue();
  }

  @Test
  void anEventWithoutACauseHasAnEmptyOne() {
    Event root =
        new Event(
            "e", "t", "s", "k", Instant.EPOCH, "e", Optional.empty(), 1, Payload.EMPTY, Map.of());

    assertThat(conditions.compile("causation == ''").test(root)).isTrue();
  }

  @Test
  void oneConditionServesManyThreads() {
    Predicate<Event> condition = conditions.compile("data.n % 2 == 0 && data.list.all(x, x > 0)");

    long matched =
        IntStream.range(0, 2_000)
            .parallel()
            .filter(n -> condition.test(event(Payload.json("{\"n\":" + n + ",\"list\":[1,2]}"))))
            .count();

    assertThat(matched).isEqualTo(1_000);
  }

  @Test
  void theServiceLoaderFindsIt() {
    assertThat(ServiceLoader.load(Conditions.class).findFirst())
        .get()
        .isInstanceOf(CelConditions.class);
  }
}
