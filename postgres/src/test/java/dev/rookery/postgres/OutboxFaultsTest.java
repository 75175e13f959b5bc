package dev.rookery.postgres;

import static dev.rookery.postgres.Sequencing.AFTER_THE_LAST_NUMBER;
import static dev.rookery.postgres.Sequencing.AS_IT_IS;
import static dev.rookery.postgres.Sequencing.BEHIND_OPEN_TRANSACTIONS;
import static dev.rookery.postgres.Sequencing.IN_TWO_TRANSACTIONS;
import static dev.rookery.postgres.Sequencing.WITHOUT_A_TURN;
import static dev.rookery.testkit.Soon.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.Address;
import dev.rookery.BackendUnavailable;
import dev.rookery.Position;
import dev.rookery.RookeryException;
import dev.rookery.postgres.Sequencing.Mover;
import dev.rookery.testkit.Samples;
import dev.rookery.testkit.Soon;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who moves events from the outbox to the log, step by step, and what may come in between. */
@Tag("P2")
@Tag("P3")
@Timeout(300)
class OutboxFaultsTest {
  private static final TestServer SERVER = TestServer.shared();
  private static final String WAITS =
      "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%outbox%'";

  private final String address = SERVER.freshSchema();
  private final String schema = PostgresAddress.of(Address.parse(address)).schema();
  private final Opened opened = Opened.at(address);
  private final Opened another = Opened.at(address);

  OutboxFaultsTest() {
    SERVER.ask("SELECT " + schema + ".make_partition('user', 0)");
  }

  @AfterEach
  void close() {
    opened.close();
    another.close();
  }

  private void publish(Statement statement, String id) throws SQLException {
    statement.execute("SELECT %s.publish('user.paid', id => '%s')".formatted(schema, id));
  }

  private void publish(String... ids) {
    for (String id : ids) {
      SERVER.ask("SELECT %s.publish('user.paid', id => '%s')".formatted(schema, id));
    }
  }

  private List<String> ids() {
    return SERVER.ask("SELECT id FROM " + schema + ".events ORDER BY position");
  }

  /** A transaction that was begun first, and ends while others are moved. */
  private List<String> withALateCommit(Sequencing sequencing) throws SQLException {
    Mover mover = sequencing.on(opened, address);
    try (Connection slow = SERVER.connect();
        Statement statement = slow.createStatement()) {
      slow.setAutoCommit(false);
      publish(statement, "late");
      publish("quick");
      mover.step(() -> {
        commit(slow);
        publish("after it");
      });
      mover.drain();
    }
    return ids();
  }

  private static void commit(Connection connection) {
    try {
      connection.commit();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aLateCommitGetsALaterPositionAndIsNotSkipped() throws Exception {
    assertThat(withALateCommit(AS_IT_IS)).containsExactly("quick", "late", "after it");
  }

  @Test
  void whoGoesOnAfterTheLastNumberSkipsIt() throws Exception {
    assertThat(withALateCommit(AFTER_THE_LAST_NUMBER)).containsExactly("quick", "after it");
  }

  private List<String> withTwoAtOnce(Sequencing sequencing) {
    Mover one = sequencing.on(opened, address);
    Mover other = sequencing.on(another, address);
    publish("first");
    one.step(() -> {
      publish("second");
      other.step(() -> {});
    });
    one.drain();
    return ids();
  }

  @Test
  void ofTwoAtOnceOneMovesAndTheOrderIsKept() {
    assertThat(withTwoAtOnce(AS_IT_IS)).containsExactly("first", "second");
  }

  @Test
  void withoutATurnTheSecondOvertakesTheFirst() {
    assertThat(withTwoAtOnce(WITHOUT_A_TURN)).containsExactly("second", "first");
  }

  private List<String> besideAnIdleWriter(Sequencing sequencing) throws SQLException {
    try (Connection idle = SERVER.connect();
        Statement statement = idle.createStatement()) {
      idle.setAutoCommit(false);
      publish(statement, "idle");
      publish("a", "b");
      sequencing.on(opened, address).drain();
      return ids();
    }
  }

  @Test
  void aWriterThatIsIdleInItsTransactionHoldsUpNobody() throws Exception {
    assertThat(besideAnIdleWriter(AS_IT_IS)).containsExactly("a", "b");
  }

  @Test
  void whoWaitsForOpenTransactionsIsHeldUp() throws Exception {
    assertThat(besideAnIdleWriter(BEHIND_OPEN_TRANSACTIONS)).isEmpty();
  }

  /** The server ends every connection, between two statements of a step. */
  private List<String> cutOff(Sequencing sequencing) {
    Mover mover = sequencing.on(opened, address);
    publish("a", "b");
    try {
      mover.step(() ->
          SERVER.ask(
              "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                  + " WHERE application_name = 'rookery' AND pid <> pg_backend_pid()"));
    } catch (RookeryException | IllegalStateException e) {
      // As it should be
    }
    within(Duration.ofMinutes(1)).ignoreExceptions().until(() -> !mover.step(() -> {}));
    return ids();
  }

  @Test
  void aStepThatIsCutOffLeavesAllAsItWas() {
    assertThat(cutOff(AS_IT_IS)).containsExactly("a", "b");
  }

  @Test
  void whoDeletesInAnotherTransactionThanHeAppendsLosesThem() {
    assertThat(cutOff(IN_TWO_TRANSACTIONS)).isEmpty();
  }

  @Test
  void aProcessThatIsHaltedInTheMiddleKeepsTheOthersOutForSecondsOnly() {
    Mover one = AS_IT_IS.on(opened, address);
    Mover other = AS_IT_IS.on(another, address);
    publish("a", "b");

    try {
      one.step(() -> within(Duration.ofMinutes(1)).until(() -> other.step(() -> {})));
      throw new AssertionError("the halted one has lost its transaction");
    } catch (RookeryException e) {
      assertThat(ids()).containsExactly("a", "b");
    }
    assertThat(one.step(() -> {})).isFalse();
  }

  @Test
  void whoHasNoPatienceSetKeepsThemOutAsLongAsHeLikes() throws Exception {
    Mover other = AS_IT_IS.on(another, address);
    publish("a");
    try (Connection halted = SERVER.connect();
        Statement statement = halted.createStatement()) {
      halted.setAutoCommit(false);
      statement.execute("SELECT FROM " + schema + ".sequencer FOR UPDATE");
      Soon.staysFor(Duration.ofSeconds(6), () -> !other.step(() -> {}));
    }
    within(Duration.ofMinutes(1)).until(() -> other.step(() -> {}));
  }

  @Test
  void aLockOnARowOfTheOutboxHoldsUpNobodyWhoPublishesDirectly() throws Exception {
    publish("a");
    try (Connection operator = SERVER.connect();
        Statement statement = operator.createStatement();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      operator.setAutoCommit(false);
      statement.execute("SELECT FROM " + schema + ".outbox FOR UPDATE");
      Future<Boolean> step = threads.submit(() -> AS_IT_IS.on(opened, address).step(() -> {}));
      within(Duration.ofMinutes(1)).until(() -> !SERVER.ask(WAITS).isEmpty());
      another.log().append(Samples.USER, Samples.appends("direct"));

      assertThat(ids()).containsExactly("direct");
      assertThatThrownBy(step::get).hasCauseInstanceOf(BackendUnavailable.class);
    }
    AS_IT_IS.on(opened, address).drain();
    assertThat(ids()).containsExactly("direct", "a");
  }

  @Test
  void whatWasMovedIsReadAtOnceAndGoneFromTheOutbox() {
    publish("a");
    AS_IT_IS.on(opened, address).drain();

    assertThat(opened.log().read(Samples.USER, Position.ZERO, 10, 1_000)).hasSize(1);
    assertThat(SERVER.ask("SELECT number FROM " + schema + ".outbox")).isEmpty();
  }
}
