package dev.rookery.postgres;

import static dev.rookery.testkit.Samples.USER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.Event;
import dev.rookery.Payload;
import dev.rookery.Position;
import dev.rookery.Subscription;
import dev.rookery.spi.Claim;
import dev.rookery.spi.Cursor;
import dev.rookery.spi.Place;
import dev.rookery.testkit.Samples;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What people with psql see who may read and no more. */
class ViewsTest {
  private static final TestServer SERVER = TestServer.shared();

  private Opened opened = Opened.at(cleared());

  private static String cleared() {
    SERVER.empty(AccessRightsTest.FRESH);
    return AccessRightsTest.ADDRESS;
  }

  @BeforeEach
  void fill() {
    Samples.nastyEvents()
        .forEach(event -> opened.log().append(USER, List.of(Samples.append(event))));
    opened
        .backend()
        .subscriptions()
        .define(
            Subscription.of("watcher", "user.**", "bot.*").where("data.n > 3"),
            Map.of(USER, Place.BEGINNING));
    Claim claim =
        opened
            .backend()
            .subscriptions()
            .claim("watcher", USER, "bot-7", Duration.ofSeconds(9), Optional.empty())
            .orElseThrow();
    Cursor cursor =
        new Cursor(
            Tail.place(3),
            List.of(new Cursor.Range(Position.of(6), Position.of(7), 2)),
            Map.of(Position.of(4), new Cursor.Waiting(1, Instant.EPOCH, List.of())),
            Map.of(),
            0);
    opened.backend().subscriptions().save(claim, cursor);
    opened.backend().deadLetters().bury(claim, List.of(Samples.letter("watcher", USER, 2, "k")));
  }

  @AfterEach
  void close() {
    opened.close();
  }

  /** Asks as the reader; a row is its columns with bars between. */
  private static List<String> ask(String sql) throws SQLException {
    try (Connection connection = SERVER.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("SET ROLE " + AccessRightsTest.SCHEMA + "_reader");
      statement.execute("SET enable_seqscan = off"); // as if there were many rows
      List<String> found = new ArrayList<>();
      try (ResultSet rows =
          statement.executeQuery(sql.replace("rookery", AccessRightsTest.SCHEMA))) {
        while (rows.next()) {
          List<String> columns = new ArrayList<>();
          for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
            columns.add(String.valueOf(rows.getString(i)));
          }
          found.add(String.join("|", columns));
        }
      }
      return found;
    }
  }

  @Test
  void dataIsTextWhereItIsText() throws SQLException {
    Event spaces = Samples.nastyEvents().getFirst();

    assertThat(ask("SELECT data FROM rookery.event_view WHERE id = 'spaces'"))
        .containsExactly(spaces.data().text());
    assertThat(ask("SELECT data, bytes FROM rookery.event_view WHERE id = 'bytes'"))
        .containsExactly("null|256");
    assertThat(ask("SELECT type, causation FROM rookery.event_view WHERE id = 'full'"))
        .containsExactly("user.message.received|cause:\t1");
    assertThat(ask("SELECT id FROM rookery.event_view ORDER BY position"))
        .isEqualTo(Samples.nastyEvents().stream().map(Event::id).toList());
  }

  @Test
  void whatIsTrimmedIsNotShown() throws SQLException {
    opened.log().trim(USER, Optional.empty(), Optional.of(0L));

    assertThat(ask("SELECT count(*) FROM rookery.event_view"))
        .containsExactly(String.valueOf(opened.log().size(USER).events()));
    assertThat(ask("SELECT stream, first, last FROM rookery.stream_view"))
        .containsExactly("user|4|11");
  }

  @Test
  void theLagIsWhatOperatorsAreTold() throws SQLException {
    assertThat(
            ask(
                "SELECT name, patterns, condition, partition, owner, floor, last, lag, waiting,"
                    + " parked, dead FROM rookery.subscription_view"))
        .containsExactly("watcher|user.** bot.*|data.n > 3|user/0|bot-7|3|11|6|1|0|1");
  }

  @Test
  void aDeadLetterSaysItsErrorThoughItHoldsWhatPostgresCannot() throws SQLException {
    assertThat(
            ask(
                "SELECT subscription, event, reason, attempts, error FROM rookery.dead_letter_view"))
        .containsExactly("watcher|event-2|exhausted|2|ü🦉\ufffd\n");
  }

  @Test
  void whoReadsChangesNothing() {
    for (String sql :
        new TreeSet<>(
            List.of(
                "DELETE FROM rookery.dead_letter_view",
                "UPDATE rookery.stream_view SET stream = ''",
                "SELECT rookery.trim_partition(1, 'user/0', NULL, 0)"))) {
      assertThatThrownBy(() -> ask(sql))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42501"));
    }
  }

  @Test
  void anEventIsLookedUpByItsIdThroughTheView() throws SQLException {
    opened.log().append(USER, List.of(Samples.append(Samples.event("plain", "b", Payload.EMPTY))));

    assertThat(
            String.join("\n", ask("EXPLAIN SELECT * FROM rookery.event_view WHERE id = 'plain'")))
        .contains(SearchPlansTest.BY_NAME);
  }
}
