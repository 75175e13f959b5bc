package dev.rookery.postgres;

import dev.rookery.Delivery;
import dev.rookery.Event;
import dev.rookery.EventHandler;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;

/**
 * Handlers whose effect happens once, whatever bus the events come from: the effect and a row that
 * says that the event was handled are one transaction of the application's own database.
 *
 * <p>A delivery that comes again, after a crash, a take-over or a deadline, finds the row and does
 * nothing. One that comes while an earlier attempt still runs waits for its end: the row's key
 * holds it back. What an application does outside of the connection that it is given may happen
 * more than once.
 *
 * <pre>{@code
 * Inbox inbox = new Inbox(dataSource).prepare();
 * bus.subscribe(Subscription.of("ledger", "user.paid"), inbox.once((event, connection) -> ...));
 * }</pre>
 */
public final class Inbox {
  /** What {@link #prepare} makes, for those who migrate their database themselves. */
  public static final String TABLE =
      """
      CREATE TABLE IF NOT EXISTS rookery_inbox (
        subscription text COLLATE "C" NOT NULL,
        source       text COLLATE "C" NOT NULL,
        id           text COLLATE "C" NOT NULL,
        handled_at   timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (subscription, source, id)
      )\
      """;

  private static final String REMEMBER =
      "INSERT INTO rookery_inbox (subscription, source, id) VALUES (?, ?, ?)"
          + " ON CONFLICT DO NOTHING";

  private static final String FORGET =
      "DELETE FROM rookery_inbox WHERE handled_at < now() - ? * interval '1 second'";

  private final DataSource database;

  /** Reacts to one event with the help of a connection, whose transaction it leaves open. */
  @FunctionalInterface
  public interface TransactionalHandler {
    /** Does what must happen once, by the connection; it neither commits nor closes it. */
    void handle(Event event, Connection connection) throws Exception;
  }

  /** An inbox in the application's database, which need not be the one of the bus. */
  public Inbox(DataSource database) {
    this.database = database;
  }

  /**
   * Makes the table in the first schema of the connection's search path, where it is missing.
   *
   * @throws SQLException when the database is not there, or the user may not make tables
   */
  public Inbox prepare() throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(TABLE);
    }
    return this;
  }

  /** A handler that commits the effect with its row, and passes over what has one. */
  public EventHandler once(TransactionalHandler handler) {
    return EventHandler.ofDeliveries((delivery, progress) -> {
      try (Connection connection = database.getConnection()) {
        connection.setAutoCommit(false);
        try {
          if (isNew(connection, delivery)) {
            handler.handle(delivery.event(), connection);
          }
          connection.commit();
        } catch (Throwable e) {
          undo(connection, e);
          throw e;
        }
      }
    });
  }

  private static boolean isNew(Connection connection, Delivery delivery) throws SQLException {
    try (PreparedStatement remember = connection.prepareStatement(REMEMBER)) {
      remember.setString(1, delivery.subscription());
      remember.setString(2, delivery.event().source());
      remember.setString(3, delivery.event().id());
      return remember.executeUpdate() == 1;
    }
  }

  private static void undo(Connection connection, Throwable cause) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  /**
   * Forgets rows that are older than an age, and answers how many. An event that comes again after
   * that is handled again, so the age is longer than any retry, outage or redrive may take.
   */
  public int forget(Duration age) throws SQLException {
    try (Connection connection = database.getConnection();
        PreparedStatement forget = connection.prepareStatement(FORGET)) {
      forget.setLong(1, age.toSeconds());
      return forget.executeUpdate();
    }
  }
}
