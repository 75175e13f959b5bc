package dev.rookery.postgres;

import static dev.rookery.testkit.Soon.soon;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Address;
import dev.rookery.Delivery;
import dev.rookery.Draft;
import dev.rookery.Event;
import dev.rookery.EventBus;
import dev.rookery.EventHandler;
import dev.rookery.Position;
import dev.rookery.RetryPolicy;
import dev.rookery.Start;
import dev.rookery.Subscription;
import dev.rookery.postgres.Inbox.TransactionalHandler;
import dev.rookery.testkit.Samples;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Effects in a database, beside a bus on the same server. */
@Tag("P5")
class InboxTest {
  private static final TestServer SERVER = TestServer.shared();
  private static final String ADDRESS = SERVER.freshSchema();

  private static final String WAITS =
      "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
          + " AND query LIKE 'INSERT INTO rookery_inbox%'";

  private final DataSource database =
      new Connections(PostgresAddress.of(Address.parse(ADDRESS))).directAndPatient();
  private final AtomicInteger begun = new AtomicInteger();
  private EventBus bus;
  private Inbox inbox;

  @BeforeEach
  void prepare() throws SQLException {
    SERVER.empty(ADDRESS);
    SERVER.run("DROP TABLE IF EXISTS rookery_inbox, effects");
    SERVER.run("CREATE TABLE effects (id text NOT NULL)");
    inbox = new Inbox(database).prepare();
    bus = EventBus.open(ADDRESS);
  }

  @AfterEach
  void close() {
    bus.close();
  }

  private static List<String> effects() {
    return SERVER.ask("SELECT id FROM effects ORDER BY id");
  }

  private void pay(Event event, Connection connection) throws SQLException {
    begun.incrementAndGet();
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO effects (id) VALUES (?)")) {
      insert.setString(1, event.id());
      insert.executeUpdate();
    }
  }

  private static Subscription ledger() {
    return Subscription.of("ledger", "user.paid")
        .from(Start.earliest())
        .retry(new RetryPolicy(5, Duration.ofMillis(1), Duration.ofMillis(1)));
  }

  private void publish(int count) {
    IntStream.range(0, count).forEach(n -> bus.publish(Draft.of("user.paid").id("event-" + n)));
  }

  private void subscribe(EventHandler handler) {
    bus.subscribe(ledger(), handler);
  }

  private void awaitSettled() {
    soon().until(() -> bus.operations().subscription("ledger").lagEvents() == 0);
  }

  /** Has ten events handled, and handled again. */
  private void handleTwice(EventHandler handler) {
    publish(10);
    AtomicInteger handled = new AtomicInteger();
    subscribe(
        EventHandler.ofDeliveries((delivery, progress) -> {
          handler.handle(delivery, progress);
          handled.incrementAndGet();
        }));
    soon().until(() -> handled.get() == 10);
    bus.operations().rewind("ledger", Start.earliest(), false);
    soon().until(() -> handled.get() == 20);
  }

  @Test
  void whatIsHandledAgainTakesEffectOnce() {
    handleTwice(inbox.once(this::pay));

    assertThat(effects()).hasSize(10);
    assertThat(begun).hasValue(10);
  }

  @Test
  void withoutTheInboxItTakesEffectTwice() {
    handleTwice(event -> {
      try (Connection connection = database.getConnection()) {
        pay(event, connection);
      }
    });

    assertThat(effects()).hasSize(20);
  }

  @Test
  void anAttemptThatFailsAfterItsEffectLeavesNothing() {
    AtomicInteger attempts = new AtomicInteger();
    TransactionalHandler failing =
        (event, connection) -> {
          pay(event, connection);
          if (attempts.incrementAndGet() == 1) {
            throw new IllegalStateException("after the effect");
          }
        };
    publish(1);
    subscribe(inbox.once(failing));

    awaitSettled();
    assertThat(attempts).hasValue(2);
    assertThat(effects()).containsExactly("event-0");
  }

  /** Hands out the same event once more, as after a deadline that nobody kept. */
  private static boolean attempt(EventHandler handler, int attempt) throws Exception {
    handler.handle(
        new Delivery(
            "ledger",
            Opened.BOT,
            Position.of(1),
            attempt,
            1,
            false,
            false,
            Samples.event("event-0")),
        () -> {});
    return true;
  }

  @Test
  void aSecondAttemptWaitsForTheFirstWhichIsStillAtIt() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    EventHandler slow =
        inbox.once((event, connection) -> {
          pay(event, connection);
          inside.countDown();
          go.await();
        });
    EventHandler quick = inbox.once(this::pay);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> first = threads.submit(() -> attempt(slow, 1));
      inside.await();
      Future<?> second = threads.submit(() -> attempt(quick, 2));
      soon().until(() -> !SERVER.ask(WAITS).isEmpty());

      go.countDown();
      first.get();
      second.get();
    }

    assertThat(effects()).containsExactly("event-0");
    assertThat(begun).hasValue(1);
  }

  @Test
  void whatIsForgottenIsHandledAgain() throws Exception {
    attempt(inbox.once(this::pay), 1);

    assertThat(inbox.forget(Duration.ofHours(1))).isZero();
    SERVER.run("UPDATE rookery_inbox SET handled_at = now() - interval '2 hours'");
    assertThat(inbox.forget(Duration.ofHours(1))).isEqualTo(1);
    attempt(inbox.once(this::pay), 2);
    assertThat(effects()).hasSize(2);
  }
}
