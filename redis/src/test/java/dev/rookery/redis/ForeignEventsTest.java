package dev.rookery.redis;

import static dev.rookery.redis.Opened.BOT;
import static dev.rookery.redis.Opened.STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.BusConfig;
import dev.rookery.Catalogue;
import dev.rookery.Event;
import dev.rookery.EventTypeInfo;
import dev.rookery.Json;
import dev.rookery.Position;
import dev.rookery.spi.Append;
import dev.rookery.spi.Entry;
import dev.rookery.spi.Environment;
import dev.rookery.testkit.Samples;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What programs without Rookery write into the streams, and what they see there. */
class ForeignEventsTest {
  private static final TestServer SERVER = TestServer.shared();
  private static final List<String> EIGHT =
      List.of(
          "id",
          "1",
          "type",
          "girl.profile.created",
          "source",
          "python",
          "data",
          "{\"a\": 1}",
          "correlation_id",
          "",
          "causation_id",
          "",
          "timestamp",
          "1700000000.25",
          "version",
          "1");

  private final Opened opened = opened();

  private static Opened opened() {
    SERVER.empty();
    return Opened.at(SERVER.address());
  }

  @AfterEach
  void close() {
    opened.close();
  }

  private static String add(List<String> fields) {
    List<Object> words = new ArrayList<>(List.of(STREAM, "*"));
    words.addAll(fields);
    return SERVER.ask("XADD", words.toArray()).text();
  }

  private Entry only() {
    List<Entry> entries = opened.log().read(BOT, Position.ZERO, 10, 1_000_000);
    assertThat(entries).hasSize(1);
    return entries.getFirst();
  }

  private static List<String> eightWith(String name, String value) {
    List<String> fields = new ArrayList<>(EIGHT);
    fields.set(fields.indexOf(name) + 1, value);
    return fields;
  }

  private static List<String> eightWithout(String name) {
    List<String> fields = new ArrayList<>(EIGHT);
    int at = fields.indexOf(name);
    fields.subList(at, at + 2).clear();
    return fields;
  }

  @Test
  void anEventOfTheEightFieldsIsAFullCitizen() {
    add(EIGHT);

    Event event = ((Entry.Stored) only()).event();

    assertThat(event.id()).isEqualTo("1");
    assertThat(event.type()).isEqualTo("girl.profile.created");
    assertThat(event.source()).isEqualTo("python");
    assertThat(event.key()).isEqualTo("python");
    assertThat(event.correlation()).isEqualTo("1");
    assertThat(event.causation()).isEmpty();
    assertThat(event.time()).isEqualTo(Instant.parse("2023-11-14T22:13:20.250Z"));
    assertThat(event.version()).isEqualTo(1);
    assertThat(event.data().text()).isEqualTo("{\"a\": 1}");
    assertThat(event.attributes()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"id", "type", "source", "data"})
  void anEventWithoutAFieldThatItNeedsIsGivenRaw(String name) {
    add(eightWithout(name));

    Entry.Broken broken = (Entry.Broken) only();

    assertThat(broken.reason()).contains(name);
    assertThat(Json.MAPPER.readTree(broken.raw().toArray()).propertyNames())
        .hasSize(7)
        .doesNotContain(name);
  }

  @ParameterizedTest
  @CsvSource({"correlation_id", "causation_id", "timestamp", "version"})
  void anEventWithoutAFieldThatHasADefaultIsOne(String name) {
    add(eightWithout(name));

    assertThat(only()).isInstanceOf(Entry.Stored.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "data;{\"a\":",
        "data;",
        "data;{} {}",
        "data;undefined",
        "version;one",
        "version;1.5",
        "timestamp;yesterday",
        "timestamp;1e99",
        "timestamp;NaN",
        "timestamp;1e999999999"
      })
  void anEventWithAFieldThatIsWrongIsGivenRaw(String name, String value) {
    add(eightWith(name, value == null ? "" : value));

    assertThat(only()).isInstanceOf(Entry.Broken.class);
  }

  @Test
  void whatIsBrokenDoesNotHideWhatFollows() {
    add(List.of("nonsense", "1"));
    add(EIGHT);

    assertThat(opened.log().read(BOT, Position.ZERO, 10, 1_000_000))
        .hasExactlyElementsOfTypes(Entry.Broken.class, Entry.Stored.class);
  }

  @Test
  void theCatalogueKnowsTheKeysOfThoseWhoKnowNone() {
    BusConfig config =
        BusConfig.standard()
            .catalogue(
                Catalogue.standard().with(EventTypeInfo.of("bot.keyed").keyedBy("/channel/id")));
    List<String> keyed = eightWith("data", "{\"channel\":{\"id\":42}}");
    keyed.set(keyed.indexOf("type") + 1, "bot.keyed");
    add(keyed);

    try (Opened other = Opened.at(SERVER.address(), config, Environment.system())) {
      List<Entry> entries = other.log().read(BOT, Position.ZERO, 10, 1_000_000);
      assertThat(((Entry.Stored) entries.getFirst()).event().key()).isEqualTo("42");
    }
  }

  @Test
  void floatsOfOtherLanguagesKeepTheirMicroseconds() {
    add(eightWith("timestamp", "1.7000000001234567e9"));

    assertThat(((Entry.Stored) only()).event().time())
        .isEqualTo(Instant.parse("2023-11-14T22:13:20.123456700Z"));
  }

  @Test
  void oursAreReadByTheRequirementsFieldNames() {
    Event event = Samples.event("a");
    opened.log().append(BOT, List.of(Samples.append(event)));

    Map<String, Reply> fields =
        SERVER.ask("XRANGE", STREAM, "-", "+").list().getFirst().list().get(1).fields();

    assertThat(fields.keySet())
        .containsExactly(
            "id",
            "type",
            "source",
            "data",
            "correlation_id",
            "causation_id",
            "timestamp",
            "version",
            "key");
    assertThat(fields.get("timestamp").text()).isEqualTo("1772366399.123456789");
    assertThat(fields.get("causation_id").text()).isEmpty();
    assertThat(fields.get("data").text()).isEqualTo(event.data().text());
  }

  @Test
  void attributesHaveFieldsOfTheirOwn() {
    Event full = Samples.nastyEvents().getLast();
    opened.log().append(BOT, List.of(new Append(full, java.nio.ByteBuffer.allocate(32))));

    Map<String, Reply> fields =
        SERVER.ask("XRANGE", STREAM, "-", "+").list().getFirst().list().get(1).fields();

    assertThat(fields.keySet()).contains("hops", "traceparent", "ce_odd", "ce_no");
    assertThat(only()).isEqualTo(new Entry.Stored(only().position(), full));
  }

  @Test
  void listenersHearOfWhatOthersWrite() {
    List<Object> heard = new java.util.concurrent.CopyOnWriteArrayList<>();
    opened.log().listen(heard::add);

    add(EIGHT);

    dev.rookery.testkit.Soon.soon().until(() -> heard.contains(BOT));
    assertThat(opened.log().find("1")).hasSize(1);
    assertThat(Optional.of(opened.log().latest(BOT).ordinal())).contains(1L);
  }
}
