package dev.rookery.postgres;

import dev.rookery.EpochChanged;
import dev.rookery.InvalidInput;
import dev.rookery.Json;
import dev.rookery.NotFound;
import dev.rookery.Partition;
import dev.rookery.Subscription;
import dev.rookery.spi.Claim;
import dev.rookery.spi.Control;
import dev.rookery.spi.Cursor;
import dev.rookery.spi.Place;
import dev.rookery.spi.SubscriptionStore;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Definitions, claims and cursors. Who changes a definition holds the row of changes until it is
 * committed, so that revisions rise in the order of commits.
 */
final class PostgresSubscriptions implements SubscriptionStore {
  private static final int GROUP_SAVES = 100;
  private static final String ALL =
      "SELECT definition, paused, revision FROM rookery.subscriptions";
  private static final String BY_NAME = ALL + " ORDER BY name";
  private static final String NEXT =
      "UPDATE rookery.changes SET revision = revision + 1 RETURNING revision";
  private static final String HOLD = "SELECT revision FROM rookery.changes FOR UPDATE";
  private static final String STORE =
      "INSERT INTO rookery.subscriptions (name, paused, revision, definition) VALUES (?, ?, ?, ?)"
          + " ON CONFLICT (name) DO UPDATE SET paused = excluded.paused,"
          + " revision = excluded.revision, definition = excluded.definition";

  private final Database database;
  private final Gathering<Cursors.Save, Boolean> saves;
  private final AtomicLong seenChanges = new AtomicLong();

  PostgresSubscriptions(Database database) {
    this.database = database;
    this.saves = new Gathering<>("rookery-postgres-cursors", GROUP_SAVES, save -> 1, this::save);
  }

  @Override
  public Control define(Subscription definition, Map<Partition, Place> starts) {
    return database.transaction(session -> {
      session.list((ResultSet row) -> row.getLong(1), HOLD);
      Optional<Control> known = find(session, definition.name());
      Cursors.begin(session, definition.name(), starts);
      return known.isPresent() && known.get().definition().equals(definition)
          ? known.get()
          : store(session, definition, known.map(Control::paused).orElse(false));
    });
  }

  /** Stores a definition, new or changed, with the next revision. */
  static Control store(Session session, Subscription definition, boolean paused)
      throws SQLException {
    long revision = session.first((ResultSet row) -> row.getLong(1), NEXT).orElseThrow();
    String json = Json.MAPPER.writeValueAsString(definition);
    session.update(STORE, definition.name(), paused, revision, json);
    return new Control(definition, paused, revision);
  }

  private static Optional<Control> find(Session session, String name) throws SQLException {
    return session.first(PostgresSubscriptions::read, ALL + " WHERE name = ?", name);
  }

  private static Control read(ResultSet row) throws SQLException {
    return new Control(
        Json.MAPPER.readValue(row.getString(1), Subscription.class),
        row.getBoolean(2),
        row.getLong(3));
  }

  @Override
  public Optional<Control> find(String name) {
    return database.call(session -> find(session, name));
  }

  @Override
  public List<Control> list() {
    return database.call(PostgresSubscriptions::list);
  }

  static List<Control> list(Session session) throws SQLException {
    return session.list(PostgresSubscriptions::read, BY_NAME);
  }

  @Override
  public Control pause(String name, boolean paused) {
    return change(name, known -> new Control(known.definition(), paused, -1))
        .orElseThrow(() -> unknown(name));
  }

  private static NotFound unknown(String name) {
    return new NotFound("there is no subscription " + InvalidInput.shown(name));
  }

  @Override
  public void touch(String name) {
    change(name, known -> new Control(known.definition(), known.paused(), -1));
  }

  private Optional<Control> change(String name, UnaryOperator<Control> change) {
    return database.transaction(session -> {
      session.list((ResultSet row) -> row.getLong(1), HOLD);
      Optional<Control> known = find(session, name);
      if (known.isEmpty()) {
        return known;
      }
      Control wanted = change.apply(known.get());
      return Optional.of(store(session, wanted.definition(), wanted.paused()));
    });
  }

  @Override
  public boolean remove(String name) {
    return database.transaction(session -> {
      session.list((ResultSet row) -> row.getLong(1), NEXT);
      session.update("DELETE FROM rookery.cursors WHERE subscription = ?", name);
      return session.update("DELETE FROM rookery.subscriptions WHERE name = ?", name) == 1;
    });
  }

  /** It only rises: one that fell tells that the store is not the one that it was. */
  @Override
  public long changes() {
    long seen = seenChanges.get(); // before asking: another thread may see more meanwhile
    long changes =
        database
            .call(session ->
                session.first(
                    (ResultSet row) -> row.getLong(1), "SELECT revision FROM rookery.changes"))
            .orElse(0L);
    seenChanges.accumulateAndGet(changes, Math::max);
    if (changes < seen) {
      throw new EpochChanged(
          database.address()
              + " has forgotten what it knew of subscriptions: an older state was restored; open"
              + " the bus again to go on with what is there");
    }
    return changes;
  }

  @Override
  public Map<Partition, Cursor> cursors(String name) {
    Map<Partition, Cursor> found = new TreeMap<>();
    database
        .call(session -> Cursors.list(session, name))
        .forEach(each -> found.put(each.getKey(), each.getValue()));
    return found;
  }

  @Override
  public void rewind(String name, Map<Partition, Place> to) {
    database.transaction(session -> {
      session.list((ResultSet row) -> row.getLong(1), HOLD);
      Control known = find(session, name).orElseThrow(() -> unknown(name));
      Cursors.rewind(session, name, to);
      return known;
    });
  }

  @Override
  public Map<Partition, Claim> claims(String name) {
    Map<Partition, Claim> found = new TreeMap<>();
    database
        .call(session -> Cursors.claims(session, name))
        .forEach(claim -> found.put(claim.partition(), claim));
    return found;
  }

  @Override
  public Optional<Claim> claim(
      String name, Partition partition, String owner, Duration ttl, Optional<Claim> seen) {
    return database.transaction(
        session -> Cursors.take(session, name, partition, owner, ttl, seen));
  }

  @Override
  public List<Claim> renew(Collection<Claim> claims) {
    List<Claim> asked =
        claims.stream()
            .sorted(Comparator.comparing(Claim::subscription).thenComparing(Claim::partition))
            .toList();
    return asked.isEmpty()
        ? List.of()
        : database.transaction(session -> {
          List<Claim> renewed = new ArrayList<>();
          for (Claim claim : asked) {
            Cursors.renew(session, claim).ifPresent(renewed::add);
          }
          return renewed;
        });
  }

  @Override
  public void release(Claim claim, boolean clean) {
    database.transaction(session -> {
      Cursors.release(session, claim, clean);
      return claim;
    });
  }

  @Override
  public Cursor load(Claim claim) {
    return database.call(session -> Cursors.load(session, claim)).orElseThrow(claim::stale);
  }

  private List<Boolean> save(List<Cursors.Save> together) {
    return database.call(session -> Cursors.saveFree(session, together));
  }

  /** Together with those of others where nobody holds the claim, as an inbox does. */
  @Override
  public void save(Claim claim, Cursor cursor) {
    boolean saved = saves.call(new Cursors.Save(claim, cursor));
    if (!saved && !database.call(session -> Cursors.save(session, claim, cursor))) {
      throw claim.stale();
    }
  }

  @Override
  public Set<String> announce(String name, String subscriber, Duration ttl) {
    return database.transaction(session -> {
      session.update(
          "DELETE FROM rookery.announcements WHERE subscription = ? AND until < rookery.clock()",
          name);
      session.update(
          "INSERT INTO rookery.announcements (subscription, subscriber, until)"
              + " VALUES (?, ?, rookery.clock() + ? * interval '1 microsecond')"
              + " ON CONFLICT (subscription, subscriber) DO UPDATE SET until = excluded.until",
          name,
          subscriber,
          Times.micros(ttl));
      return session
          .list(
              (ResultSet row) -> row.getString(1),
              "SELECT subscriber FROM rookery.announcements WHERE subscription = ?",
              name)
          .stream()
          .collect(Collectors.toUnmodifiableSet());
    });
  }

  @Override
  public void leave(String name, String subscriber) {
    database.call(session ->
        session.update(
            "DELETE FROM rookery.announcements WHERE subscription = ? AND subscriber = ?",
            name,
            subscriber));
  }
}
