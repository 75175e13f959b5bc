package dev.rookery.postgres;

import static dev.rookery.postgres.Opened.BOT;
import static dev.rookery.testkit.Soon.within;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Address;
import dev.rookery.Durability;
import dev.rookery.Partition;
import dev.rookery.testkit.Samples;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** Notifications are hints: lost, made up or cut off they delay, and hide nothing. */
@Tag("P7")
class WakeupsTest {
  private static final TestServer SERVER = TestServer.shared();
  private static final Duration SOON = Duration.ofSeconds(30);

  private final String address = SERVER.freshSchema();
  private final String schema = PostgresAddress.of(Address.parse(address)).schema();
  private final Opened opened = Opened.at(address);
  private final Queue<Partition> heard = new ConcurrentLinkedQueue<>();

  WakeupsTest() throws SQLException {
    SERVER.ask("SELECT " + schema + ".make_partition('bot', 0)");
    appendSilently("first");
    opened.log().listen(heard::add);
    within(SOON).until(() -> !listeners().isEmpty());
    heard.clear();
  }

  private Queue<String> listeners() {
    return new ConcurrentLinkedQueue<>(
        SERVER.ask(
            "SELECT pid FROM pg_stat_activity WHERE query = 'LISTEN "
                + schema
                + "' AND state = 'idle'"));
  }

  @AfterEach
  void close() {
    opened.close();
  }

  /** What another program appends, which tells nobody. */
  private void appendSilently(String id) throws SQLException {
    try (Connection connection = SERVER.connect()) {
      Appender.store(
          new Session(connection, new Schema(schema)),
          1,
          true,
          Samples.appends(id),
          Durability.FSYNCED);
    }
  }

  @Test
  void whatNobodyTellsOfIsSeenByLooking() throws Exception {
    appendSilently("silent");

    within(SOON).until(() -> heard.contains(BOT));
  }

  /** The control: what looking is for. */
  @Test
  void whoOnlyListensHearsNothingOfIt() throws Exception {
    try (Connection listening = SERVER.connect();
        Statement statement = listening.createStatement()) {
      statement.execute("LISTEN " + schema);

      appendSilently("silent");
      within(SOON).until(() -> heard.contains(BOT));

      assertThat(listening.unwrap(PGConnection.class).getNotifications(100)).isNullOrEmpty();
    }
  }

  @Test
  void aKilledListenerListensAgain() throws Exception {
    String before = listeners().peek();
    SERVER.run("SELECT pg_terminate_backend(" + before + ")");
    appendSilently("a");
    within(SOON).until(() -> heard.contains(BOT));

    within(SOON).until(() -> !listeners().isEmpty() && !listeners().contains(before));
  }

  @Test
  void aFloodOfNotificationsHidesNothing() throws Exception {
    try (Connection connection = SERVER.connect();
        Statement statement = connection.createStatement()) {
      for (int i = 0; i < 2_000; i++) {
        statement.execute("SELECT pg_notify('" + schema + "', 'a lie " + i + "')");
      }
    }
    assertThat(heard).isEmpty();

    appendSilently("a");

    within(SOON).until(() -> heard.contains(BOT));
  }

  @Test
  void anotherProcessIsWokenByANotification() {
    try (Opened other = Opened.at(address)) {
      other.append("a", 1);

      within(SOON).until(() -> heard.contains(BOT));
    }
  }
}
