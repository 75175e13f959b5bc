package dev.rookery.postgres;

import static dev.rookery.testkit.Soon.within;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Address;
import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.Start;
import dev.rookery.Subscription;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Writers that change the same rows and say so, in transactions that take their time or are undone,
 * while two processes move what they say; {@code -Drookery.rounds=1000} for a long run.
 */
@Tag("P3")
@Timeout(300)
class OutboxOrderTest {
  private static final TestServer SERVER = TestServer.shared();
  private static final int ROUNDS = Integer.getInteger("rookery.rounds", 30);
  private static final int WRITERS = 6;
  private static final int ACCOUNTS = 2;

  private final String address = SERVER.freshSchema();
  private final String schema = PostgresAddress.of(Address.parse(address)).schema();
  private final String accounts = schema + "_accounts";

  OutboxOrderTest() {
    SERVER.run("CREATE TABLE " + accounts + " (key integer PRIMARY KEY, changes integer NOT NULL)");
    for (int key = 0; key < ACCOUNTS; key++) {
      SERVER.run("INSERT INTO " + accounts + " VALUES (" + key + ", 0)");
    }
  }

  /** Changes the account under its lock, and answers how often it was changed before. */
  private int change(Statement statement, int key) throws SQLException {
    try (ResultSet row =
        statement.executeQuery(
            "UPDATE %s SET changes = changes + 1 WHERE key = %d RETURNING changes - 1"
                .formatted(accounts, key))) {
      row.next();
      return row.getInt(1);
    }
  }

  private void write(EventBus bus, int writer) {
    Random random = new Random(writer);
    for (int round = 0; round < ROUNDS; round++) {
      int key = random.nextInt(ACCOUNTS);
      try (Connection connection = SERVER.connect();
          Statement statement = connection.createStatement()) {
        connection.setAutoCommit(false);
        String id = key + "/" + change(statement, key);
        bus.publish(connection, Draft.of("user.changed").id(id).key("account-" + key));
        statement.execute("SELECT pg_sleep(" + random.nextDouble() * 0.01 + ")");
        if (random.nextInt(10) == 0) {
          connection.rollback();
        } else {
          connection.commit();
        }
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Test
  void theEventsOfAKeyComeInTheOrderOfTheLockOnWhatItStandsFor() throws Exception {
    List<String> handled = new CopyOnWriteArrayList<>();
    try (EventBus bus = EventBus.open(address);
        EventBus other = EventBus.open(address)) {
      other.subscribe(
          Subscription.of("all", "user.**").from(Start.earliest()),
          event -> handled.add(event.id()));
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Future<?>> writers = new ArrayList<>();
        for (int n = 0; n < WRITERS; n++) {
          int writer = n;
          writers.add(threads.submit(() -> write(writer % 2 == 0 ? bus : other, writer)));
        }
        for (Future<?> writer : writers) {
          writer.get();
        }
      }
      int all = Integer.parseInt(SERVER.ask("SELECT sum(changes) FROM " + accounts).getFirst());
      within(Duration.ofMinutes(1)).until(() -> handled.size() >= all);
      assertThat(handled).hasSize(all);
    }
    for (int key = 0; key < ACCOUNTS; key++) {
      String its = key + "/";
      String changes = "SELECT changes FROM " + accounts + " WHERE key = " + key;
      int count = Integer.parseInt(SERVER.ask(changes).getFirst());
      assertThat(handled.stream().filter(id -> id.startsWith(its)))
          .containsExactlyElementsOf(
              IntStream.range(0, count).mapToObj(change -> its + change).toList());
    }
  }

  /** The control: why an application changes first and publishes second. */
  @Test
  void whoPublishesBeforeItHasTheLockMayBeOutOfOrder() throws Exception {
    List<String> handled = new CopyOnWriteArrayList<>();
    try (Opened opened = Opened.at(address);
        Connection hasty = SERVER.connect();
        Statement first = hasty.createStatement();
        Connection right = SERVER.connect();
        Statement second = right.createStatement()) {
      hasty.setAutoCommit(false);
      right.setAutoCommit(false);
      String publish = "SELECT " + schema + ".publish('user.changed', id => '%d')";
      first.execute(publish.formatted(1));
      second.execute(publish.formatted(change(second, 0)));
      right.commit();
      assertThat(change(first, 0)).isEqualTo(1);
      hasty.commit();
      Sequencing.AS_IT_IS.on(opened, address).drain();
    }

    handled.addAll(SERVER.ask("SELECT id FROM " + schema + ".events ORDER BY position"));
    assertThat(handled).containsExactly("1", "0");
  }
}
