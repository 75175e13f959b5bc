package dev.rookery.postgres;

import static dev.rookery.postgres.Opened.BOT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Address;
import dev.rookery.Event;
import dev.rookery.Payload;
import dev.rookery.spi.Append;
import dev.rookery.testkit.Samples;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** How PostgreSQL looks for events in a log with more than one chunk. */
class SearchPlansTest {
  static final String BY_NAME = "id_correlation_causation_idx";
  private static final TestServer SERVER = TestServer.shared();
  private static final String ADDRESS = SERVER.freshSchema();
  private static final Schema SCHEMA =
      new Schema(PostgresAddress.of(Address.parse(ADDRESS)).schema());
  private static final Opened OPENED = Opened.at(ADDRESS);

  @BeforeAll
  static void fill() {
    for (int batch = 0; batch < 12; batch++) {
      int first = batch * 1_000;
      OPENED
          .log()
          .append(
              BOT, IntStream.range(first, first + 1_000).mapToObj(SearchPlansTest::event).toList());
    }
    SERVER.run("VACUUM ANALYZE " + SCHEMA.sql("rookery.events"));
  }

  private static Append event(int number) {
    String talk = "e" + (number - number % 10);
    return Samples.append(
        new Event(
            "e" + number,
            "bot.said",
            "bot",
            "key",
            Instant.EPOCH,
            talk,
            number % 10 == 0 ? Optional.empty() : Optional.of("e" + (number - 1)),
            1,
            Payload.json("{}"),
            Map.of()));
  }

  @AfterAll
  static void close() {
    OPENED.close();
  }

  private static String plan(String sql, Object... values) throws SQLException {
    try (Connection connection = SERVER.connect()) {
      List<String> lines =
          new Session(connection, SCHEMA)
              .list(row -> row.getString(1), "EXPLAIN (COSTS OFF) " + sql, values);
      return String.join("\n", lines);
    }
  }

  private static String events() {
    return "rookery.events_"
        + SERVER.ask("SELECT number FROM " + SCHEMA.name() + ".partitions").getFirst();
  }

  /** The chunk that is full; the other is so small that going through it is as quick. */
  private static String scanned() {
    return "Seq Scan on " + events().substring("rookery.".length()) + "_1 ";
  }

  @Test
  void aConversationIsLookedUp() throws SQLException {
    String plan =
        plan(
            EventSearch.limited(EventSearch.conversation(events())),
            0L,
            500_000L,
            "e70",
            100,
            1_000_000L);

    assertThat(plan).contains(BY_NAME).doesNotContain(scanned());
  }

  @Test
  void effectsOfACauseAreLookedUp() throws SQLException {
    String plan =
        plan(
            EventSearch.limited(EventSearch.effects(events())),
            0L,
            500_000L,
            "e71",
            100,
            1_000_000L);

    assertThat(plan).contains(BY_NAME).doesNotContain(scanned());
  }

  @Test
  void anIdIsLookedUp() throws SQLException {
    assertThat(plan(PostgresLog.FIND, "e71")).contains(BY_NAME).doesNotContain(scanned());
  }

  @Test
  void withoutTheIndexAConversationWouldBeScannedFor() throws SQLException {
    String plan = plan("SELECT * FROM " + events() + " e WHERE e.correlation || '' = ?", "e70");

    assertThat(plan).as("the control").contains(scanned());
  }
}
