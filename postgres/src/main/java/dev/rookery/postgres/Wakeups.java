package dev.rookery.postgres;

import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.RookeryException;
import dev.rookery.spi.Environment;
import dev.rookery.spi.Listeners;
import dev.rookery.spi.SerialWork;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * Tells listeners of appends: of our own at once, of those of others as soon as they are seen.
 *
 * <h2>Looking, and being woken</h2>
 *
 * What is true comes from looking at the partitions' rows, one query for all of them. It is done
 * every quarter of a second, and again after two milliseconds as long as there was something new. A
 * notification only ends the wait in between: one that is lost, made up or comes in thousands
 * changes nothing but that. It says nothing, is sent after the commit, and at most every twenty
 * milliseconds, since each takes a lock that all commits of the server wait for.
 */
final class Wakeups implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Wakeups.class.getName());
  private static final int POLL_MILLIS = 250;
  private static final long BREATH_NANOS = 2_000_000;
  private static final long NOTIFY_NANOS = 20_000_000;
  private static final long SETTINGS_NANOS = 4_000_000_000L;

  /** How long after a notification an outbox writer may have sent none: as the migration says. */
  private static final int UNTOLD_MILLIS = 25;

  private static final String LOOK =
      "SELECT p.stream, p.partition, p.last, o.waits FROM (SELECT (SELECT number FROM"
          + " rookery.outbox WHERE refused IS NULL ORDER BY number LIMIT 1) IS NOT NULL AS waits) o"
          + " LEFT JOIN rookery.partitions p ON true";

  private final Database database;
  private final Connections connections;
  private final LiveSettings settings;
  private final Listeners listeners = new Listeners();
  private final List<Runnable> outboxListeners = new CopyOnWriteArrayList<>();
  private final Environment environment;
  private final SerialWork notifying;
  private final AtomicBoolean started = new AtomicBoolean();
  private volatile boolean closed;
  private volatile @Nullable Connection line;
  private volatile long notifiedAt;
  private int patienceMillis = POLL_MILLIS;

  Wakeups(
      Database database, Connections connections, LiveSettings settings, Environment environment) {
    this.database = database;
    this.connections = connections;
    this.settings = settings;
    this.environment = environment;
    this.notifiedAt = environment.nanoTime() - NOTIFY_NANOS;
    this.notifying = new SerialWork("rookery-postgres-notify", this::send);
  }

  /** Adds a listener; the look-out begins with the first. */
  Runnable listen(Consumer<Partition> listener) {
    Runnable registration = listeners.add(listener);
    if (started.compareAndSet(false, true)) {
      remember();
      Thread.ofVirtual().name("rookery-postgres-wakeups").start(this::run);
    }
    return registration;
  }

  /** Adds one that is told as long as events wait in the outbox. */
  Runnable listenToOutbox(Runnable listener) {
    outboxListeners.add(listener);
    return () -> outboxListeners.remove(listener);
  }

  /** Told by our own appenders. */
  void appended(Partition partition, Position end) {
    listeners.tell(partition, end);
    notifying.ask();
  }

  private void send() {
    long early = notifiedAt + NOTIFY_NANOS - environment.nanoTime();
    if (early > 0) {
      LockSupport.parkNanos(early);
    }
    if (closed) {
      return;
    }
    notifiedAt = environment.nanoTime();
    try {
      database.call(session -> session.update("NOTIFY " + database.schema().name()));
    } catch (RookeryException e) {
      // Then others look for themselves
    }
  }

  /** Where the log ends now, so that what comes from here on is told. */
  private void remember() {
    try {
      ask().ends.forEach(listeners::toldAlready);
    } catch (RookeryException e) {
      // Then they are told of all that is there
    }
  }

  /** What a look finds: where partitions end, and whether something waits in the outbox. */
  private record Seen(Map<Partition, Position> ends, boolean waits) {}

  private Seen ask() {
    Map<Partition, Position> ends = new LinkedHashMap<>();
    List<Boolean> waits =
        database.call(session ->
            session.list(
                row -> {
                  if (row.getString(1) != null) {
                    Partition partition = new Partition(row.getString(1), row.getInt(2));
                    ends.put(partition, Position.of(row.getLong(3)));
                  }
                  return row.getBoolean(4);
                },
                LOOK));
    return new Seen(ends, waits.contains(true));
  }

  private void run() {
    long lookedAtSettings = environment.nanoTime();
    while (!closed) {
      try {
        if (look()) {
          LockSupport.parkNanos(BREATH_NANOS);
        } else {
          await();
        }
        if (environment.nanoTime() - lookedAtSettings > SETTINGS_NANOS) {
          lookedAtSettings = environment.nanoTime();
          settings.refresh();
        }
      } catch (SQLException | RookeryException e) {
        cut();
        LockSupport.parkNanos(closed ? 1 : POLL_MILLIS * 1_000_000L);
      } catch (RuntimeException e) {
        LOG.log(Level.ERROR, "the look-out for events goes on after an error", e);
        cut();
        LockSupport.parkNanos(closed ? 1 : POLL_MILLIS * 1_000_000L);
      }
    }
    cut();
  }

  /** Whether there was anything new. */
  private boolean look() {
    boolean found = false;
    Seen seen = ask();
    if (seen.waits) {
      outboxListeners.forEach(Runnable::run);
    }
    for (Map.Entry<Partition, Position> end : seen.ends.entrySet()) {
      Position told = listeners.told(end.getKey());
      if (told.isAfter(end.getValue())) {
        listeners.beginAnew(end.getKey(), end.getValue());
      } else if (end.getValue().isAfter(told)) {
        listeners.tell(end.getKey(), end.getValue());
        found = true;
      }
    }
    return found;
  }

  /** Waits for a notification, for the poll's time at most. */
  private void await() throws SQLException {
    Connection listening = line;
    if (listening == null) {
      listening = connections.direct();
      line = listening;
      try (Statement statement = listening.createStatement()) {
        statement.execute("LISTEN " + database.schema().name());
      }
      return; // what came before it listened is found by looking once more
    }
    PGNotification[] heard = listening.unwrap(PGConnection.class).getNotifications(patienceMillis);
    patienceMillis = heard.length > 0 ? UNTOLD_MILLIS : POLL_MILLIS;
  }

  private void cut() {
    Connection listening = line;
    line = null;
    if (listening != null) {
      try {
        listening.close();
      } catch (SQLException e) {
        // It is gone either way
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    listeners.close();
    cut();
  }
}
