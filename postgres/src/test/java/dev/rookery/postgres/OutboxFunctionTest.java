package dev.rookery.postgres;

import static dev.rookery.testkit.Soon.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.Address;
import dev.rookery.Draft;
import dev.rookery.Event;
import dev.rookery.EventBus;
import dev.rookery.Receipt;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The SQL functions by which programs in any language publish. */
@Tag("P2")
class OutboxFunctionTest {
  private static final TestServer SERVER = TestServer.shared();
  private static final String ADDRESS = SERVER.freshSchema();
  private static final String SCHEMA = PostgresAddress.of(Address.parse(ADDRESS)).schema();

  private final EventBus bus = emptied();

  private static EventBus emptied() {
    SERVER.empty(ADDRESS);
    return EventBus.open(ADDRESS);
  }

  @AfterEach
  void close() {
    bus.close();
  }

  private static String publish(String call) {
    return SERVER.ask("SELECT " + SCHEMA + "." + call).getFirst();
  }

  private Event arrived(String id) {
    soon().until(() -> !bus.operations().event(id).isEmpty());
    return bus.operations().event(id).getFirst().located().event();
  }

  @Test
  void aTypeAndDataAreEnough() {
    Instant before = Instant.now().minusSeconds(1);
    Event event = arrived(publish("publish('user.paid', ' {\"amount\" : 1.0} ')"));

    assertThat(event.id()).matches("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-.*");
    assertThat(event.type()).isEqualTo("user.paid");
    assertThat(event.source()).isEqualTo("postgres");
    assertThat(event.key()).isEqualTo("postgres");
    assertThat(event.time()).isBetween(before, Instant.now().plusSeconds(1));
    assertThat(event.correlation()).isEqualTo(event.id());
    assertThat(event.causation()).isEmpty();
    assertThat(event.version()).isEqualTo(1);
    assertThat(text(event)).isEqualTo(" {\"amount\" : 1.0} ");
    assertThat(event.attributes()).isEmpty();
  }

  private static String text(Event event) {
    return new String(event.data().toArray(), StandardCharsets.UTF_8);
  }

  @Test
  void allElseHasAName() {
    publish(
        "publish('user.paid', id => 'a', source => 'shop', key => 'user-7', happened =>"
            + " '2026-03-01 12:00:00.123456+01', correlation => 'c', causation => 'b', version =>"
            + " 2, attributes => '{\"expirytime\": \"2126-01-31T12:00:00Z\", \"odd\": \"ü\"}')");
    Event event = arrived("a");

    assertThat(event.source()).isEqualTo("shop");
    assertThat(event.key()).isEqualTo("user-7");
    assertThat(event.time()).isEqualTo(Instant.parse("2026-03-01T11:00:00.123456Z"));
    assertThat(event.correlation()).isEqualTo("c");
    assertThat(event.causation()).contains("b");
    assertThat(event.version()).isEqualTo(2);
    assertThat(event.attributes())
        .isEqualTo(Map.of("expirytime", "2126-01-31T12:00:00Z", "odd", "ü"));
    assertThat(text(event)).isEqualTo("{}");
  }

  @Test
  void dataThatIsNoJsonHasAFunctionOfItsOwn() {
    publish("publish_bytes('bot.drew', '\\x00ff89', 'image/png', id => 'a')");

    assertThat(arrived("a").data().contentType()).isEqualTo("image/png");
    assertThat(arrived("a").data().toArray()).containsExactly(0, 0xff, 0x89);
  }

  @Test
  void theSameSaidToTheBusAfterwardsIsADuplicate() {
    publish("publish('user.paid', '{\"amount\":1}', id => 'a', source => 'shop', key => 'k')");
    arrived("a");

    Receipt receipt =
        bus.publish(Draft.of("user.paid", "{\"amount\":1}").id("a").source("shop").key("k"));
    assertThat(receipt.duplicate()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "publish('no type')                               | is no type",
        "publish('')                                      | is no type",
        "publish(NULL)                                    | is no type",
        "publish(repeat('x', 1001))                       | the type has 1001 bytes",
        "publish('t', 'no json')                          | invalid input syntax for type json",
        "publish('t', NULL)                               | an event has data",
        "publish('t', repeat('[', 100000))                | stack depth limit",
        "publish('t', source => NULL)                     | and a source",
        "publish('t', id => '')                           | the id is empty",
        "publish('t', key => E'a\\nb')                    | the key holds a control character",
        "publish('t', source => repeat('ü', 501))         | the source has 1002 bytes",
        "publish('t', correlation => E'\\x7f')            | the correlation holds a control",
        "publish('t', causation => E'\\u0085')            | the causation holds a control",
        "publish('t', version => 0)                       | the version 0 is not positive",
        "publish('t', happened => 'infinity')             | happens at a time",
        "publish('t', attributes => '[]')                 | attributes are a JSON object",
        "publish('t', attributes => '{\"a\": 1}')         | attributes are a JSON object",
        "publish('t', attributes => '{\"a\": [\"b\"]}')   | attributes are a JSON object",
        "publish_bytes('t', NULL, 'text/plain')           | an event has data",
        "publish_bytes('t', '', NULL)                     | an event has data",
        "publish_bytes('t', convert_to(repeat('x', 16777217), 'UTF8'), 'x') | 16777217 bytes"
      })
  void badInputIsRefusedInTheCallersTransactionAndSaysWhatIsWrong(String call, String message)
      throws SQLException {
    try (Connection connection = SERVER.connect();
        Statement statement = connection.createStatement()) {
      assertThatThrownBy(() -> statement.execute("SELECT " + SCHEMA + "." + call))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining(message);
    }
    assertThat(SERVER.ask("SELECT number FROM " + SCHEMA + ".outbox")).isEmpty();
  }

  @Test
  void whoeverCallsHasNoSayInWhatTheFunctionsMean() throws Exception {
    SERVER.run("CREATE SCHEMA IF NOT EXISTS trap");
    SERVER.run(
        "CREATE OR REPLACE FUNCTION trap.octet_length(text) RETURNS integer LANGUAGE plpgsql AS"
            + " 'BEGIN RAISE ''trapped''; END'");
    SERVER.run("CREATE TABLE IF NOT EXISTS trap.outbox (id text)");
    try (Connection connection = SERVER.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("SET search_path = trap, pg_catalog");
      statement.execute("CREATE TEMP TABLE outbox (id text)");
      statement.execute("SELECT " + SCHEMA + ".publish('user.paid', id => 'a')");
    } finally {
      SERVER.run("DROP SCHEMA trap CASCADE");
    }
    assertThat(arrived("a").type()).isEqualTo("user.paid");
  }

  @Test
  void aProcessIsWokenSoonAfterEachOfManyShortTransactions() {
    publish("publish('user.paid', id => 'first')");
    arrived("first");
    for (int n = 0; n < 20; n++) {
      publish("publish('user.paid', id => 'id-" + n + "')");
    }

    arrived("id-19");
    List<String> ids = SERVER.ask("SELECT id FROM " + SCHEMA + ".events ORDER BY position");
    assertThat(ids).hasSize(21).startsWith("first", "id-0").endsWith("id-19");
  }
}
