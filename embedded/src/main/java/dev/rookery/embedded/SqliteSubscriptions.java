package dev.rookery.embedded;

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
    List<CursorRow> cursors = CursorRow.fresh(definition.name(), starts);
    return writer.write(transaction -> {
      Session session = transaction.session();
      Optional<Control> known = ControlRow.find(session, definition.name());
      for (CursorRow cursor : cursors) {
        cursor.begin(session);
      }
      return known.isPresent() && known.get().definition().equals(definition)
          ? known.get()
          : store(transaction, definition, known.map(Control::paused).orElse(false));
    });
  }

  private Control store(Transaction transaction, Subscription definition, boolean paused)
      throws SQLException {
    transaction.afterCommit(changes::incrementAndGet);
    return ControlRow.store(transaction.session(), definition, paused);
  }

  @Override
  public Optional<Control> find(String name) {
    return readers.read(session -> ControlRow.find(session, name));
  }

  @Override
  public List<Control> list() {
    return readers.read(ControlRow::list);
  }

  @Override
  public Control pause(String name, boolean paused) {
    return writer.write(transaction -> {
      Control known = require(transaction.session(), name);
      return known.paused() == paused ? known : store(transaction, known.definition(), paused);
    });
  }

  private static Control require(Session session, String name) throws SQLException {
    return ControlRow.find(session, name)
        .orElseThrow(() -> new NotFound("there is no subscription " + InvalidInput.shown(name)));
  }

  @Override
  public void touch(String name) {
    writer.write(transaction -> {
      Optional<Control> known = ControlRow.find(transaction.session(), name);
      if (known.isPresent()) {
        store(transaction, known.get().definition(), known.get().paused());
      }
      return known;
    });
  }

  @Override
  public boolean remove(String name) {
    return writer.write(transaction -> {
      Session session = transaction.session();
      boolean removed = ControlRow.remove(session, name);
      if (removed) {
        claims.forget(session, name);
        session.update("DELETE FROM cursors WHERE subscription = ?", name);
        transaction.afterCommit(changes::incrementAndGet);
      }
      return removed;
    });
  }

  @Override
  public long changes() {
    return changes.get();
  }

  @Override
  public Map<Partition, Cursor> cursors(String name) {
    Map<Partition, Cursor> cursors = new TreeMap<>();
    readers
        .read(session -> CursorRow.list(session, name))
        .forEach(row -> cursors.put(row.partition(), row.cursor()));
    return cursors;
  }

  @Override
  public void rewind(String name, Map<Partition, Place> to) {
    List<CursorRow> cursors = CursorRow.fresh(name, to);
    writer.write(transaction -> {
      Control known = require(transaction.session(), name);
      for (CursorRow cursor : cursors) {
        cursor.rewind(transaction.session());
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
        .read(session -> CursorRow.load(session, claim))
        .map(CursorRow::cursor)
        .orElseThrow(claim::stale);
  }

  @Override
  public void save(Claim claim, Cursor cursor) {
    CursorRow row = CursorRow.of(claim.subscription(), claim.partition(), cursor);
    writer.write(transaction -> {
      if (!row.save(transaction.session(), claim)) {
        throw claim.stale();
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
