package dev.rookery.postgres;

import dev.rookery.DamagedLog;
import dev.rookery.DeadLetter;
import dev.rookery.Event;
import dev.rookery.InvalidInput;
import dev.rookery.Json;
import dev.rookery.Operations.DeadLetterFilter;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.spi.Claim;
import dev.rookery.spi.DeadLetterStore;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/** Dead letters, each a row with the whole of it as JSON and columns for what is asked for. */
final class PostgresDeadLetters implements DeadLetterStore {
  private static final int PAGE = 500;
  private static final String LETTERS =
      "SELECT id, redriving, letter FROM rookery.dead_letters WHERE ";

  /** For {@link #read}, in the order of their ids. */
  static final String ALL = "SELECT id, redriving, letter FROM rookery.dead_letters ORDER BY id";

  private static final String OF_PARTITION = "subscription = ? AND partition = ? ";
  private static final String BURY =
      "INSERT INTO rookery.dead_letters (id, subscription, partition, position, low, key, type,"
          + " reason, attempts, redriving, since, letter)"
          + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
          + " ON CONFLICT (id) DO UPDATE SET key = excluded.key, type = excluded.type,"
          + " reason = excluded.reason, attempts = excluded.attempts,"
          + " redriving = excluded.redriving, since = excluded.since, letter = excluded.letter";
  private static final String DROP = "DELETE FROM rookery.dead_letters WHERE id = ANY (?)";

  private final Database database;

  PostgresDeadLetters(Database database) {
    this.database = database;
  }

  @Override
  public void bury(Claim claim, List<DeadLetter> letters) {
    database.transaction(session -> {
      Cursors.require(session, claim);
      for (DeadLetter letter : letters) {
        put(session, letter);
      }
      return claim;
    });
  }

  /** Stores a letter, new or changed. */
  static void put(Session session, DeadLetter letter) throws SQLException {
    session.update(BURY, columns(letter));
  }

  private static @Nullable Object[] columns(DeadLetter letter) {
    return new @Nullable Object[] {
      letter.id(),
      letter.subscription(),
      letter.partition().toString(),
      letter.position().high(),
      letter.position().low(),
      letter.key(),
      letter.event().map(Event::type).orElse(null),
      letter.reason().toString(),
      letter.attempts(),
      letter.state() == DeadLetter.State.REDRIVING,
      Times.of(letter.since()),
      Json.MAPPER.writeValueAsString(letter)
    };
  }

  static DeadLetter read(ResultSet row) throws SQLException {
    try {
      return Json.MAPPER
          .readValue(row.getString(3), DeadLetter.class)
          .in(row.getBoolean(2) ? DeadLetter.State.REDRIVING : DeadLetter.State.WAITING);
    } catch (JacksonException e) {
      throw new DamagedLog(
          "the dead letter " + row.getString(1) + " cannot be read: " + InvalidInput.shown(e), e);
    }
  }

  @Override
  public void settle(Claim claim, Collection<String> ids) {
    database.transaction(session -> {
      Cursors.require(session, claim);
      return session.update(DROP, texts(session, ids));
    });
  }

  private static Object texts(Session session, Collection<String> texts) throws SQLException {
    return session.array("text", texts.toArray());
  }

  private List<DeadLetter> letters(String where, Object... values) {
    return database.call(
        session -> session.list(PostgresDeadLetters::read, LETTERS + where, values));
  }

  @Override
  public List<DeadLetter> ofKey(
      String subscription, Partition partition, String key, Position after, int limit) {
    return letters(
        OF_PARTITION + "AND key = ? AND (position, low) > (?, ?) ORDER BY position, low LIMIT ?",
        subscription,
        partition.toString(),
        key,
        after.high(),
        after.low(),
        limit);
  }

  @Override
  public NavigableMap<Position, String> givenUp(
      String subscription, Partition partition, Position after) {
    NavigableMap<Position, String> keys = new TreeMap<>();
    database.call(session ->
        session.list(
            row -> keys.put(new Position(row.getLong(1), row.getLong(2)), row.getString(3)),
            "SELECT position, low, key FROM rookery.dead_letters WHERE "
                + OF_PARTITION
                + "AND (position, low) > (?, ?) AND reason <> 'parked'",
            subscription,
            partition.toString(),
            after.high(),
            after.low()));
    return keys;
  }

  @Override
  public List<DeadLetter> redriving(String subscription, Partition partition, int limit) {
    return letters(
        OF_PARTITION + "AND redriving ORDER BY position, low LIMIT ?",
        subscription,
        partition.toString(),
        limit);
  }

  @Override
  public Optional<DeadLetter> find(String id) {
    return letters("id = ?", id).stream().findFirst();
  }

  @Override
  public List<DeadLetter> list(DeadLetterFilter filter) {
    return filter.ids().isEmpty() ? paged(filter) : named(filter);
  }

  private List<DeadLetter> paged(DeadLetterFilter filter) {
    List<DeadLetter> found = new ArrayList<>();
    String after = filter.after().orElse("");
    while (true) {
      List<DeadLetter> page = page(filter.subscription(), after);
      for (DeadLetter letter : page) {
        if (filter.includes(letter)) {
          found.add(letter);
        }
        if (found.size() == filter.limit()) {
          return found;
        }
      }
      if (page.size() < PAGE) {
        return found;
      }
      after = page.getLast().id();
    }
  }

  private List<DeadLetter> page(Optional<String> subscription, String after) {
    return subscription.isPresent()
        ? letters(
            "subscription = ? AND id > ? ORDER BY id LIMIT ?", subscription.get(), after, PAGE)
        : letters("id > ? ORDER BY id LIMIT ?", after, PAGE);
  }

  @Override
  public int redrive(Collection<String> ids) {
    return database.call(session ->
        session.update(
            "UPDATE rookery.dead_letters SET redriving = true WHERE id = ANY (?)",
            texts(session, ids)));
  }

  @Override
  public int discard(Collection<String> ids) {
    return database.call(session -> session.update(DROP, texts(session, ids)));
  }

  @Override
  public Map<String, Long> counts() {
    return counted(
        "SELECT subscription, count(*) FROM rookery.dead_letters WHERE reason <> 'parked'"
            + " GROUP BY subscription");
  }

  @Override
  public Map<String, Long> parked(String subscription, Partition partition) {
    return counted(
        "SELECT key, count(*) FROM rookery.dead_letters WHERE "
            + OF_PARTITION
            + "AND reason = 'parked' GROUP BY key",
        subscription,
        partition.toString());
  }

  private Map<String, Long> counted(String sql, Object... values) {
    Map<String, Long> counts = new HashMap<>();
    database.call(
        session -> session.list(row -> counts.put(row.getString(1), row.getLong(2)), sql, values));
    return counts;
  }

  @Override
  public int prune(Instant before) {
    return database
        .patient()
        .call(session ->
            session.update(
                "DELETE FROM rookery.dead_letters WHERE since < ? AND reason <> 'parked'",
                Times.of(before)));
  }
}
