package dev.rookery.embedded;

import dev.rookery.DeadLetter;
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

/** Dead letters in the same database as the events. */
final class SqliteDeadLetters implements DeadLetterStore {
  private static final int PAGE = 500;
  private static final String LETTERS = "SELECT id, redriving, letter, checksum FROM dead_letters ";
  private static final String BURY =
      "INSERT OR REPLACE INTO dead_letters (id, subscription, partition, high, low, key, reason,"
          + " redriving, since, letter, checksum)"
          + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
  private static final String OF_KEY =
      LETTERS
          + "WHERE subscription = ? AND partition = ? AND key = ? AND (high, low) > (?, ?)"
          + " ORDER BY high, low LIMIT ?";
  private static final String GIVEN_UP =
      "SELECT high, low, key FROM dead_letters WHERE subscription = ? AND partition = ?"
          + " AND (high, low) > (?, ?) AND reason <> 'parked'";
  private static final String REDRIVING =
      LETTERS
          + "WHERE subscription = ? AND partition = ? AND redriving = 1 ORDER BY high, low LIMIT ?";
  private static final String ONE = LETTERS + "WHERE id = ?";
  private static final String ALL = LETTERS + "WHERE id > ? ORDER BY id LIMIT ?";
  private static final String OF_SUBSCRIPTION =
      LETTERS + "WHERE subscription = ? AND id > ? ORDER BY id LIMIT ?";
  private static final String COUNTS =
      "SELECT subscription, count(*) FROM dead_letters WHERE reason <> 'parked'"
          + " GROUP BY subscription";
  private static final String PARKED =
      "SELECT key, count(*) FROM dead_letters"
          + " WHERE subscription = ? AND partition = ? AND reason = 'parked' GROUP BY key";
  private static final String PRUNE =
      "DELETE FROM dead_letters WHERE since < ? AND reason <> 'parked' LIMIT ?";
  private static final String REMOVE = "DELETE FROM dead_letters WHERE id = ?";

  private final Writer writer;
  private final Readers readers;
  private final Claims claims;

  private record Written(DeadLetter letter, Checked encoded) {}

  SqliteDeadLetters(Writer writer, Readers readers, Claims claims) {
    this.writer = writer;
    this.readers = readers;
    this.claims = claims;
  }

  @Override
  public void bury(Claim claim, List<DeadLetter> letters) {
    List<Written> written =
        letters.stream()
            .map(letter -> new Written(letter, Checked.of(letter, owner(letter.id()))))
            .toList();
    writer.write(transaction -> {
      claims.require(transaction.session(), claim);
      for (Written each : written) {
        put(transaction.session(), each);
      }
      return claim;
    });
  }

  private static String owner(String id) {
    return "the dead letter " + id;
  }

  private static void put(Session session, Written written) throws SQLException {
    DeadLetter letter = written.letter;
    session.update(
        BURY,
        letter.id(),
        letter.subscription(),
        letter.partition().toString(),
        letter.position().high(),
        letter.position().low(),
        letter.key(),
        letter.reason().toString(),
        letter.state() == DeadLetter.State.REDRIVING ? 1 : 0,
        Nanos.of(letter.since()),
        written.encoded.json(),
        written.encoded.checksum());
  }

  /** Stores a letter as it is; for a restore. */
  static void put(Session session, DeadLetter letter) throws SQLException {
    put(session, new Written(letter, Checked.of(letter, owner(letter.id()))));
  }

  private static DeadLetter read(ResultSet row) throws SQLException {
    return letter(row.getString(1), row.getBytes(3), row.getLong(4), row.getBoolean(2));
  }

  /** The letter of a row. */
  static DeadLetter letter(String id, byte[] json, long checksum, boolean redriving) {
    DeadLetter letter = Checked.read(DeadLetter.class, json, checksum, owner(id));
    return letter.in(redriving ? DeadLetter.State.REDRIVING : DeadLetter.State.WAITING);
  }

  @Override
  public void settle(Claim claim, Collection<String> ids) {
    List<String> settled = List.copyOf(ids);
    writer.write(transaction -> {
      claims.require(transaction.session(), claim);
      return forEach(transaction, REMOVE, settled);
    });
  }

  private static int forEach(Transaction transaction, String sql, Collection<String> ids)
      throws SQLException {
    int changed = 0;
    for (String id : ids) {
      changed += transaction.session().update(sql, id);
    }
    return changed;
  }

  @Override
  public List<DeadLetter> ofKey(
      String subscription, Partition partition, String key, Position after, int limit) {
    return readers.read(session ->
        session.list(
            SqliteDeadLetters::read,
            OF_KEY,
            subscription,
            partition.toString(),
            key,
            after.high(),
            after.low(),
            limit));
  }

  @Override
  public NavigableMap<Position, String> givenUp(
      String subscription, Partition partition, Position after) {
    NavigableMap<Position, String> keys = new TreeMap<>();
    readers.read(session ->
        session.list(
            row -> keys.put(new Position(row.getLong(1), row.getLong(2)), row.getString(3)),
            GIVEN_UP,
            subscription,
            partition.toString(),
            after.high(),
            after.low()));
    return keys;
  }

  @Override
  public List<DeadLetter> redriving(String subscription, Partition partition, int limit) {
    return readers.read(session ->
        session.list(
            SqliteDeadLetters::read, REDRIVING, subscription, partition.toString(), limit));
  }

  @Override
  public Optional<DeadLetter> find(String id) {
    return readers.read(session -> session.first(SqliteDeadLetters::read, ONE, id));
  }

  @Override
  public List<DeadLetter> list(DeadLetterFilter filter) {
    return filter.ids().isEmpty() ? paged(filter) : named(filter);
  }

  /** Reads page by page, so that no read transaction lasts while a checkpoint waits for it. */
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
    return readers.read(session ->
        subscription.isPresent()
            ? session.list(
                SqliteDeadLetters::read, OF_SUBSCRIPTION, subscription.get(), after, PAGE)
            : session.list(SqliteDeadLetters::read, ALL, after, PAGE));
  }

  @Override
  public int redrive(Collection<String> ids) {
    List<String> wanted = List.copyOf(ids);
    return writer.write(transaction ->
        forEach(transaction, "UPDATE dead_letters SET redriving = 1 WHERE id = ?", wanted));
  }

  @Override
  public int discard(Collection<String> ids) {
    List<String> unwanted = List.copyOf(ids);
    return writer.write(transaction -> {
      // What is thrown away is to be gone from the write-ahead file as well
      transaction.emptyLog(_ -> {});
      return forEach(transaction, REMOVE, unwanted);
    });
  }

  @Override
  public Map<String, Long> counts() {
    return counted(COUNTS);
  }

  @Override
  public Map<String, Long> parked(String subscription, Partition partition) {
    return counted(PARKED, subscription, partition.toString());
  }

  private Map<String, Long> counted(String sql, Object... values) {
    Map<String, Long> counts = new HashMap<>();
    readers.read(
        session -> session.list(row -> counts.put(row.getString(1), row.getLong(2)), sql, values));
    return counts;
  }

  /** In slices, so that no publisher waits for long. */
  @Override
  public int prune(Instant before) {
    int pruned = 0;
    int slice = PAGE;
    while (slice == PAGE) {
      slice =
          writer.write(transaction -> transaction.session().update(PRUNE, Nanos.of(before), PAGE));
      pruned += slice;
    }
    return pruned;
  }
}
