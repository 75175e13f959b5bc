package dev.rookery.postgres;

import static dev.rookery.testkit.Soon.within;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Address;
import dev.rookery.EventBus;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The process that moves events is killed with {@code kill -9} between taking them and its commit;
 * {@code -Drookery.kills=50} for a long run.
 */
@Tag("P2")
@Tag("P3")
@Timeout(600)
class OutboxProcessTest {
  private static final TestServer SERVER = TestServer.shared();
  private static final int KILLS = Integer.getInteger("rookery.kills", 4);
  private static final int EVENTS = 5;
  private static final Duration START = Duration.ofMinutes(2);

  private final String address = SERVER.freshSchema();
  private final String schema = PostgresAddress.of(Address.parse(address)).schema();
  private final List<String> published = new ArrayList<>();

  OutboxProcessTest() {
    Opened.at(address).close();
    SERVER.ask("SELECT " + schema + ".make_partition('user', 0)");
  }

  private void publish() {
    for (int n = 0; n < EVENTS; n++) {
      String id = "event-" + published.size();
      SERVER.ask("SELECT %s.publish('user.paid', id => '%s')".formatted(schema, id));
      published.add(id);
    }
  }

  private List<String> ids() {
    return SERVER.ask("SELECT id FROM " + schema + ".events ORDER BY position");
  }

  /**
   * Kills one in its step: it stands there because somebody has a lock that it needs.
   *
   * @param lock the statement that takes it
   * @param at how the statement begins that waits for it
   */
  private void kill(Sequencing sequencing, String lock, String at) throws Exception {
    try (Connection connection = SERVER.connect();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute(lock);
      Process process = start(sequencing);
      try {
        within(START).until(() -> !waiting(at).isEmpty());
      } finally {
        process.toHandle().destroyForcibly();
        process.onExit().join();
      }
      connection.rollback();
    }
    within(START).until(() -> running(at).isEmpty());
  }

  private static List<String> running(String at) {
    return SERVER.ask(
        "SELECT pid FROM pg_stat_activity WHERE state <> 'idle' AND query LIKE '" + at + "%'");
  }

  private static List<String> waiting(String at) {
    return SERVER.ask(
        "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '"
            + at
            + "%'");
  }

  private Process start(Sequencing sequencing) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            Sequencing.class.getName(),
            sequencing.name(),
            address)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private String partition() {
    return "SELECT FROM " + schema + ".partitions FOR UPDATE";
  }

  private String append() {
    return "SELECT first, kinds, places FROM \"" + schema + "\".append";
  }

  @Test
  void nothingIsLostOrStoredTwice() throws Exception {
    String table = "LOCK TABLE " + schema + ".outbox IN SHARE MODE";
    String delete = "DELETE FROM \"" + schema + "\".outbox";
    for (int round = 0; round < KILLS; round++) {
      publish();
      boolean appended = round % 2 == 0;
      kill(Sequencing.AS_IT_IS, appended ? table : partition(), appended ? delete : append());
      assertThat(ids()).isEmpty();
    }
    try (EventBus _ = EventBus.open(address)) {
      within(Duration.ofMinutes(1))
          .untilAsserted(() -> assertThat(ids()).containsExactlyElementsOf(published));
    }
    assertThat(SERVER.ask("SELECT number FROM " + schema + ".outbox")).isEmpty();
  }

  /** The control: what the one transaction is for. */
  @Test
  void whoDeletesInAnotherTransactionThanHeAppendsLosesThem() throws Exception {
    publish();
    kill(Sequencing.IN_TWO_TRANSACTIONS, partition(), append());

    try (EventBus _ = EventBus.open(address)) {
      publish();
      within(Duration.ofMinutes(1)).until(() -> ids().contains("event-" + (2 * EVENTS - 1)));
    }
    assertThat(ids()).doesNotContain("event-0");
  }
}
