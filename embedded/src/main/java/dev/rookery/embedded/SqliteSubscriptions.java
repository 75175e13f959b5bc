package dev.rookery.embedded;

import dev.rookery.DamagedLog;
import dev.rookery.InvalidInput;
import dev.rookery.NotFound;
import dev.rookery.Partition;
import dev.rookery.Subscription;
import dev.rookery.spi.Claim;
import dev.rookery.spi.Control;
import dev.rookery.spi.Cursor;
import dev.rookery.spi.Environment;
import dev.rookery.spi.Place;
import dev.rookery.spi.SubscriptionStore;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/** Definitions, claims and cursors in the same database as the events. */
final class SqliteSubscriptions implements SubscriptionStore {
  private static final String CONTROLS =
      "SELECT name, paused, revision, definition, checksum FROM subscriptions";
  private static final String CONTROL = CONTROLS + " WHERE name = ?";
  private static final String DEFINE =
      "INSERT OR REPLACE INTO subscriptions (name, paused, revision, definition, checksum)"
          + " VALUES (?, ?, ?, ?, ?)";
  private static final String BEGIN_CURSOR =
      "INSERT INTO cursors (subscription, partition, floor, cursor, checksum)"
          + " VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";
  private static final String CURSORS =
      "SELECT partition, floor, cursor, checksum FROM cursors WHERE subscription = ?";
  private static final String LOAD =
      CURSORS + " AND partition = ? AND owner = ? AND epoch = ? AND owner <> ''";
  private static final String SAVE =
      "UPDATE cursors SET floor = ?, cursor = ?, checksum = ?"
          + " WHERE subscription = ? AND partition = ? AND owner = ? AND epoch = ?"
          + " AND owner <> ''";
  private static final String REWIND =
      "INSERT INTO cursors (subscription, partition, floor, cursor, checksum)"
          + " VALUES (?, ?, ?, ?, ?)"
          + " ON CONFLICT DO UPDATE SET floor = excluded.floor, cursor = excluded.cursor,"
          + " checksum = excluded.checksum, owner = '', epoch = epoch + 1";
  private static final String KEEP_EPOCH =
      "UPDATE high_water SET value = max(value, (SELECT coalesce(max(epoch), 0) FROM cursors"
          + " WHERE subscription = ?)) WHERE name = 'epoch'";

  private final Writer writer;
  private final Readers readers;
  private final Claims claims;
  private final Announcements announcements;
  private final AtomicLong changes = new AtomicLong();

  SqliteSubscriptions(Writer writer, Readers readers, Claims claims, Environment environment) {
    this.writer = writer;
    this.readers = readers;
    this.claims = claims;
    this.announcements = new Announcements(environment);
  }

  @Override
  public Control define(Subscription definition, Map<Partition, Place> starts) {
    Checked encoded = Checked.of(definition, ofSubscription(definition.name()));
    Map<Partition, Checked> cursors = fresh(definition.name(), starts);
    return writer.write(transaction -> {
      Session session = transaction.session();
      for (Map.Entry<Partition, Checked> cursor : cursors.entrySet()) {
        Partition partition = cursor.getKey();
        put(session, BEGIN_CURSOR, definition.name(), partition, starts, cursor.getValue());
      }
      Optional<Control> known = control(session, definition.name());
      if (known.isPresent() && known.get().definition().equals(definition)) {
        return known.get();
      }
      boolean paused = known.map(Control::paused).orElse(false);
      return store(transaction, new Control(definition, paused, 0), encoded);
    });
  }

  private static Map<Partition, Checked> fresh(String name, Map<Partition, Place> places) {
    Map<Partition, Checked> cursors = new TreeMap<>();
    places.forEach((partition, place) ->
        cursors.put(partition, Checked.of(Cursor.at(place), ofCursor(name, partition))));
    return cursors;
  }

  private static void put(
      Session session,
      String sql,
      String name,
      Partition partition,
      Map<Partition, Place> places,
      Checked cursor)
      throws SQLException {
    long floor = places.getOrDefault(partition, Place.BEGINNING).position().high();
    session.update(sql, name, partition.toString(), floor, cursor.json(), cursor.checksum());
  }

  /** Stores a definition under the next revision, which rises over all subscriptions together. */
  private Control store(Transaction transaction, Control control, Checked encoded)
      throws SQLException {
    Session session = transaction.session();
    session.update("UPDATE high_water SET value = value + 1 WHERE name = 'revision'");
    long revision =
        session
            .first(
                (ResultSet row) -> row.getLong(1),
                "SELECT value FROM high_water WHERE name = 'revision'")
            .orElseThrow();
    session.update(
        DEFINE,
        control.definition().name(),
        control.paused() ? 1 : 0,
        revision,
        encoded.json(),
        encoded.checksum());
    transaction.afterCommit(changes::incrementAndGet);
    return new Control(control.definition(), control.paused(), revision);
  }

  private static Optional<Control> control(Session session, String name) throws SQLException {
    return session.first(SqliteSubscriptions::control, CONTROL, name);
  }

  private static Control control(ResultSet row) throws SQLException {
    Subscription definition =
        Checked.read(
            Subscription.class, row.getBytes(4), row.getLong(5), ofSubscription(row.getString(1)));
    return new Control(definition, row.getBoolean(2), row.getLong(3));
  }

  private static String ofSubscription(String name) {
    return "the subscription " + name;
  }

  private static String ofCursor(String name, Partition partition) {
    return "the cursor of " + name + " in " + partition;
  }

  @Override
  public Optional<Control> find(String name) {
    return readers.read(session -> control(session, name));
  }

  @Override
  public List<Control> list() {
    return readers.read(
        session -> session.list(SqliteSubscriptions::control, CONTROLS + " ORDER BY name"));
  }

  @Override
  public Control pause(String name, boolean paused) {
    return writer.write(transaction -> {
      Control known = control(transaction.session(), name).orElseThrow(() -> notFound(name));
      return known.paused() == paused
          ? known
          : restore(transaction, new Control(known.definition(), paused, 0));
    });
  }

  private Control restore(Transaction transaction, Control control) throws SQLException {
    Subscription definition = control.definition();
    return store(transaction, control, Checked.of(definition, ofSubscription(definition.name())));
  }

  private static NotFound notFound(String name) {
    return new NotFound("there is no subscription " + InvalidInput.shown(name));
  }

  @Override
  public void touch(String name) {
    writer.write(transaction -> {
      Optional<Control> known = control(transaction.session(), name);
      return known.isEmpty() ? known : Optional.of(restore(transaction, known.get()));
    });
  }

  @Override
  public boolean remove(String name) {
    return writer.write(transaction -> {
      Session session = transaction.session();
      session.update(KEEP_EPOCH, name);
      session.update("DELETE FROM cursors WHERE subscription = ?", name);
      transaction.afterCommit(changes::incrementAndGet);
      return session.update("DELETE FROM subscriptions WHERE name = ?", name) == 1;
    });
  }

  @Override
  public long changes() {
    return changes.get();
  }

  private record Found(Partition partition, Cursor cursor) {}

  @Override
  public Map<Partition, Cursor> cursors(String name) {
    Map<Partition, Cursor> cursors = new TreeMap<>();
    readers
        .read(session -> session.list(row -> cursor(name, row), CURSORS, name))
        .forEach(found -> cursors.put(found.partition, found.cursor));
    return cursors;
  }

  private static Found cursor(String name, ResultSet row) throws SQLException {
    Partition partition = Partition.parse(row.getString(1));
    String owner = ofCursor(name, partition);
    Cursor cursor = Checked.read(Cursor.class, row.getBytes(3), row.getLong(4), owner);
    if (cursor.floor().position().high() != row.getLong(2)) {
      throw new DamagedLog(owner + " has two floors; restore the folder from a backup");
    }
    return new Found(partition, cursor);
  }

  @Override
  public void rewind(String name, Map<Partition, Place> to) {
    Map<Partition, Checked> cursors = fresh(name, to);
    writer.write(transaction -> {
      Session session = transaction.session();
      Control known = control(session, name).orElseThrow(() -> notFound(name));
      for (Map.Entry<Partition, Checked> cursor : cursors.entrySet()) {
        put(session, REWIND, name, cursor.getKey(), to, cursor.getValue());
      }
      return known;
    });
  }

  @Override
  public Map<Partition, Claim> claims(String name) {
    Map<Partition, Claim> found = new TreeMap<>();
    readers
        .read(session -> claims.list(session, name))
        .forEach(claim -> found.put(claim.partition(), claim));
    return found;
  }

  @Override
  public Optional<Claim> claim(
      String name, Partition partition, String owner, Duration ttl, Optional<Claim> seen) {
    Claim wanted = new Claim(name, partition, owner, 0, 0, ttl, false);
    return writer.write(transaction -> claims.take(transaction.session(), wanted, seen));
  }

  @Override
  public List<Claim> renew(Collection<Claim> held) {
    List<Claim> asked = List.copyOf(held);
    return writer.write(transaction -> {
      List<Claim> renewed = new ArrayList<>();
      for (Claim claim : asked) {
        claims.renew(transaction.session(), claim).ifPresent(renewed::add);
      }
      return renewed;
    });
  }

  @Override
  public void release(Claim claim, boolean clean) {
    writer.write(transaction -> {
      claims.release(transaction.session(), claim, clean);
      return claim;
    });
  }

  @Override
  public Cursor load(Claim claim) {
    return readers
        .read(session ->
            session.first(
                row -> cursor(claim.subscription(), row),
                LOAD,
                claim.subscription(),
                claim.partition().toString(),
                claim.owner(),
                claim.epoch()))
        .map(Found::cursor)
        .orElseThrow(() -> Claims.stale(claim));
  }

  @Override
  public void save(Claim claim, Cursor cursor) {
    Checked encoded = Checked.of(cursor, ofCursor(claim.subscription(), claim.partition()));
    writer.write(transaction -> {
      int saved =
          transaction
              .session()
              .update(
                  SAVE,
                  cursor.floor().position().high(),
                  encoded.json(),
                  encoded.checksum(),
                  claim.subscription(),
                  claim.partition().toString(),
                  claim.owner(),
                  claim.epoch());
      if (saved == 0) {
        throw Claims.stale(claim);
      }
      return claim;
    });
  }

  @Override
  public Set<String> announce(String name, String subscriber, Duration ttl) {
    return announcements.announce(name, subscriber, ttl);
  }

  @Override
  public void leave(String name, String subscriber) {
    announcements.leave(name, subscriber);
  }
}
