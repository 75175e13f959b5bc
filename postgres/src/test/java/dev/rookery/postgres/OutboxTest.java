package dev.rookery.postgres;

import static dev.rookery.testkit.Soon.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.Address;
import dev.rookery.Announced;
import dev.rookery.BusConfig;
import dev.rookery.Draft;
import dev.rookery.Event;
import dev.rookery.EventBus;
import dev.rookery.EventTooLarge;
import dev.rookery.InvalidEvent;
import dev.rookery.Operations;
import dev.rookery.Payload;
import dev.rookery.PublishRejected;
import dev.rookery.RetryPolicy;
import dev.rookery.Start;
import dev.rookery.StreamConfig;
import dev.rookery.Subscription;
import dev.rookery.Unsupported;
import dev.rookery.testkit.Soon;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Events that are published in an application's own transaction. */
@Tag("P2")
class OutboxTest {
  private static final TestServer SERVER = TestServer.shared();
  private static final String ADDRESS = SERVER.freshSchema();
  private static final Duration A_WHILE = Duration.ofMillis(400);

  private EventBus bus;

  @BeforeEach
  void open() {
    SERVER.empty(ADDRESS);
    SERVER.run("DROP TABLE IF EXISTS payments");
    SERVER.run("CREATE TABLE payments (id text NOT NULL)");
    bus = EventBus.open(ADDRESS);
  }

  @AfterEach
  void close() {
    bus.close();
  }

  /** A connection of the application, with a transaction begun. */
  private static Connection begun() throws SQLException {
    Connection connection = SERVER.connect();
    connection.setAutoCommit(false);
    return connection;
  }

  private static Draft draft(String id) {
    return Draft.of("user.paid", "{\"amount\":5}").id(id).key("user-7").source("shop");
  }

  private List<Event> events() {
    return bus
        .operations()
        .read(
            new Operations.ReadRequest(
                List.of(), Optional.empty(), Start.earliest(), 1_000, Duration.ZERO))
        .events()
        .stream()
        .map(Operations.Located::event)
        .toList();
  }

  private List<String> ids() {
    return events().stream().map(Event::id).toList();
  }

  private void awaitIds(String... ids) {
    soon().untilAsserted(() -> assertThat(ids()).containsExactly(ids));
  }

  private static void pay(Connection connection, String id) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("INSERT INTO payments VALUES ('" + id + "')");
    }
  }

  @Test
  void anEventComesWithTheCommitOfTheApplicationsTransactionAndNotBefore() throws Exception {
    Queue<String> handled = new ConcurrentLinkedQueue<>();
    bus.subscribe(Subscription.of("ledger", "user.paid"), event -> handled.add(event.id()));
    try (Connection connection = begun()) {
      pay(connection, "a");
      assertThat(bus.publish(connection, draft("a"))).isEqualTo(new Announced("a"));
      Soon.staysFor(A_WHILE, () -> ids().isEmpty() && handled.isEmpty());

      connection.commit();
    }

    soon().until(() -> handled.contains("a"));
    assertThat(SERVER.ask("SELECT id FROM payments")).containsExactly("a");
  }

  @Test
  void aRollbackLeavesNothing() throws Exception {
    try (Connection connection = begun()) {
      pay(connection, "undone");
      bus.publish(connection, draft("undone"));
      connection.rollback();
      bus.publish(connection, draft("done"));
      connection.commit();
    }

    awaitIds("done");
    assertThat(SERVER.ask("SELECT id FROM payments")).isEmpty();
  }

  @Test
  void itIsStampedAsAnyOther() throws Exception {
    Draft full =
        draft("full")
            .time(Instant.parse("2026-03-01T11:59:59.123456789Z"))
            .correlation("conversation")
            .causation("cause")
            .version(3)
            .attribute("odd", "=;,\"'ü🦉");
    try (Connection connection = begun()) {
      bus.publish(connection, full);
      bus.publish(connection, Draft.of("bot.said", Payload.wrap("text/plain", new byte[] {0, -1})));
      connection.commit();
    }

    soon().until(() -> events().size() == 2);
    Event said = events().getFirst().id().equals("full") ? events().getLast() : events().getFirst();
    assertThat(events())
        .contains(
            new Event(
                "full",
                "user.paid",
                "shop",
                "user-7",
                Instant.parse("2026-03-01T11:59:59.123456789Z"),
                "conversation",
                Optional.of("cause"),
                3,
                full.data(),
                full.attributes()));
    assertThat(said.source()).isEqualTo(BusConfig.standard().source());
    assertThat(said.correlation()).isEqualTo(said.id());
    assertThat(said.data().toArray()).containsExactly(0, -1);
  }

  @Test
  void whatAHandlerPublishesInATransactionBelongsToTheConversationAndIsSaidOnce() throws Exception {
    Inbox inbox = new Inbox(new Connections(address()).usual()).prepare();
    Subscription ledger = Subscription.of("ledger", "user.paid").from(Start.earliest());
    Queue<String> said = new ConcurrentLinkedQueue<>();
    bus.subscribe(
        ledger,
        inbox.once((event, connection) ->
            said.add(bus.publish(connection, Draft.of("user.thanked")).id())));
    bus.publish(draft("a"));

    soon().until(() -> events().size() == 2);
    Event thanks =
        events().stream().filter(e -> e.type().equals("user.thanked")).findFirst().orElseThrow();
    assertThat(thanks.id()).isEqualTo(said.peek());
    assertThat(thanks.causation()).contains("a");
    assertThat(thanks.correlation()).isEqualTo("a");
    assertThat(thanks.hops()).isEqualTo(1);
  }

  @Test
  void aHandlerThatIsRepeatedSaysItOnceWithoutAnInboxToo() {
    DataSource database = new Connections(address()).usual();
    AtomicInteger attempts = new AtomicInteger();
    bus.subscribe(
        Subscription.of("ledger", "user.paid")
            .from(Start.earliest())
            .retry(new RetryPolicy(5, Duration.ofMillis(1), Duration.ofMillis(1))),
        event -> {
          int attempt = attempts.incrementAndGet();
          try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            bus.publish(connection, Draft.of("user.thanked", "{\"attempt\":" + attempt + "}"));
            connection.commit();
          }
          if (attempt == 1) {
            throw new IllegalStateException("after the commit");
          }
        });
    bus.publish(draft("a"));

    soon().until(() -> bus.operations().subscription("ledger").lagEvents() == 0);
    soon().until(() -> SERVER.ask(sql("SELECT number FROM rookery.outbox")).isEmpty());
    assertThat(attempts).hasValue(2);
    assertThat(events()).hasSize(2);
  }

  private static PostgresAddress address() {
    return PostgresAddress.of(Address.parse(ADDRESS));
  }

  @Test
  void theSameSaidTwiceIsStoredOnceWhicheverWayItIsSaid() throws Exception {
    bus.publish(draft("directly-first"));
    try (Connection connection = begun()) {
      bus.publish(connection, draft("directly-first"));
      bus.publish(connection, draft("twice"));
      bus.publish(connection, draft("twice"));
      bus.publish(connection, draft("later-again"));
      connection.commit();
    }
    awaitIds("directly-first", "twice", "later-again");

    assertThat(bus.publish(draft("later-again")).duplicate()).isTrue();
    assertThat(SERVER.ask(sql("SELECT number FROM rookery.outbox"))).isEmpty();
  }

  private static String sql(String text) {
    return new Schema(address().schema()).sql(text);
  }

  @Test
  void whatIsWrongIsSaidBeforeAnythingIsWrittenAndTheTransactionGoesOn() throws Exception {
    try (Connection connection = begun()) {
      assertThatThrownBy(() -> bus.publish(connection, Draft.of("no type")))
          .isInstanceOf(InvalidEvent.class);
      assertThatThrownBy(() -> bus.publish(connection, Draft.of("user.paid", "{")))
          .isInstanceOf(InvalidEvent.class);
      assertThatThrownBy(() ->
              bus.publish(connection, Draft.of("user.paid", "\"" + "x".repeat(300_000) + "\"")))
          .isInstanceOf(EventTooLarge.class);
      assertThatThrownBy(() -> bus.publish(connection, draft("late").time(Instant.MAX)))
          .isInstanceOf(PublishRejected.class);
      bus.publish(connection, draft("right"));
      connection.commit();
    }

    awaitIds("right");
  }

  @Test
  void aConnectionWithoutATransactionOrOfAnotherDatabaseIsRefused() throws Exception {
    try (Connection connection = SERVER.connect()) {
      assertThatThrownBy(() -> bus.publish(connection, draft("alone")))
          .isInstanceOf(PublishRejected.class)
          .hasMessageContaining("setAutoCommit(false)");
    }
    try (TestServer other = TestServer.start(Map.of());
        Connection connection = other.connect()) {
      connection.setAutoCommit(false);
      assertThatThrownBy(() -> bus.publish(connection, draft("elsewhere")))
          .isInstanceOf(PublishRejected.class)
          .hasMessageContaining("must be one in that database");
    }
    assertThat(ids()).isEmpty();
  }

  @Test
  void aBusElsewhereTakesNoPartAndSaysWhatToDo() throws Exception {
    try (EventBus memory = EventBus.open("memory:outbox");
        Connection connection = begun()) {
      assertThatThrownBy(() -> memory.publish(connection, draft("a")))
          .isInstanceOf(Unsupported.class)
          .hasMessageContaining("commit first");
    }
  }

  @Test
  void streamsAndPartitionsAreThoseOfAnyOther() throws Exception {
    bus.close();
    SERVER.empty(ADDRESS);
    bus = EventBus.open(ADDRESS, BusConfig.standard().with(StreamConfig.of("user", 4)));
    try (Connection connection = begun()) {
      for (int n = 0; n < 20; n++) {
        bus.publish(connection, draft("e" + n).key("key-" + n));
      }
      bus.publish(connection, Draft.of("alert.fire").id("alert"));
      connection.commit();
    }

    soon().until(() -> events().size() == 21);
    assertThat(bus.operations().event("alert").getFirst().located().partition().stream())
        .isEqualTo("error");
    for (int n = 0; n < 20; n++) {
      assertThat(bus.operations().event("e" + n).getFirst().located().partition().number())
          .isEqualTo(BusConfig.numberOf("key-" + n, 4));
    }
  }
}
