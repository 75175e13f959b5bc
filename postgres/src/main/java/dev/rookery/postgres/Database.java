package dev.rookery.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import dev.rookery.BackendUnavailable;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;

/** A few connections, and the work that is done on them. */
final class Database implements AutoCloseable {
  private static final long BORROW_MILLIS = 3_000;

  /** How long a connection that rested may take to say that it lives. */
  private static final long ALIVE_MILLIS = 1_000;

  private static final int PATIENT_MILLIS = 60_000;
  private static final long IDLE_MILLIS = TimeUnit.SECONDS.toMillis(30);
  private static final int MOST_TRIES = 5;

  private final PostgresAddress address;
  private final Schema schema;
  private final HikariDataSource pool;
  private final boolean isPatient;

  /** Something done on a connection. */
  interface Work<T> {
    T run(Session session) throws SQLException;
  }

  Database(PostgresAddress address, DataSource source) {
    this.address = address;
    this.schema = new Schema(address.schema());
    HikariConfig config = new HikariConfig();
    config.setDataSource(source);
    config.setPoolName("rookery-postgres");
    config.setMaximumPoolSize(address.connections());
    config.setMinimumIdle(1);
    config.setIdleTimeout(IDLE_MILLIS);
    config.setConnectionTimeout(BORROW_MILLIS);
    config.setValidationTimeout(ALIVE_MILLIS);
    config.setInitializationFailTimeout(-1);
    this.pool = new HikariDataSource(config);
    this.isPatient = false;
  }

  private Database(Database usual) {
    this.address = usual.address;
    this.schema = usual.schema;
    this.pool = usual.pool;
    this.isPatient = true;
  }

  /**
   * The same for work that may take longer than a call of the bus: looking through many events,
   * dropping them, reading them for a backup.
   */
  Database patient() {
    return new Database(this);
  }

  PostgresAddress address() {
    return address;
  }

  Schema schema() {
    return schema;
  }

  /** Runs work whose every statement is a transaction of its own. */
  <T> T call(Work<T> work) {
    try (Connection connection = borrow()) {
      return work.run(new Session(connection, schema));
    } catch (SQLException e) {
      throw Trouble.of(address, e);
    }
  }

  /** A connection, with nothing sent over it yet. */
  Connection borrow() {
    try {
      Connection connection = pool.getConnection();
      return isPatient ? bePatient(connection) : connection;
    } catch (SQLException e) {
      throw new BackendUnavailable(address + " does not answer: " + Trouble.said(e), e);
    }
  }

  /** Until it is returned: then the pool makes it as it was. */
  private static Connection bePatient(Connection connection) throws SQLException {
    try {
      connection.setNetworkTimeout(Runnable::run, PATIENT_MILLIS);
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  /** Runs work in one transaction, once more where others were in its way. */
  <T> T transaction(Work<T> work) {
    for (int more = MOST_TRIES; ; more--) {
      try (Connection connection = borrow()) {
        return transaction(connection, work);
      } catch (SQLException e) {
        if (more == 0 || !Trouble.isConflict(e)) {
          throw Trouble.of(address, e);
        }
      }
    }
  }

  private <T> T transaction(Connection connection, Work<T> work) throws SQLException {
    connection.setAutoCommit(false);
    boolean done = false;
    try {
      T result = work.run(new Session(connection, schema));
      connection.commit();
      done = true;
      return result;
    } finally {
      if (!done) {
        rollback(connection);
      }
    }
  }

  private static void rollback(Connection connection) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      // Then the connection is gone, and the transaction with it
    }
  }

  /** What the pool tells of itself. */
  HikariPoolMXBean pool() {
    return pool.getHikariPoolMXBean();
  }

  @Override
  public void close() {
    pool.close();
  }
}
