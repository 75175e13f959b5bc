package dev.rookery.postgres;

import dev.rookery.Backup;
import dev.rookery.InvalidInput;
import dev.rookery.PlaceTaken;
import dev.rookery.RestoreUnfinished;
import dev.rookery.RookeryException;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Piece;
import dev.rookery.spi.Restoration;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/**
 * A schema that becomes a log, in one transaction: a process that is killed leaves nothing.
 *
 * <p>From before the first row to the commit there is a setting {@code restoring}, committed by
 * itself, and while there is, nobody opens the log: an empty one that bots began to fill in the
 * meantime would be in the way of the next try. That goes on where the sign is, since nothing else
 * is there; one that is still under way holds a lock.
 */
final class RestoredSchema implements Restoration {
  /**
   * How much further the epochs of claims go on: none of those given since the backup is reused.
   */
  private static final long EPOCHS = 1_000_000;

  private static final String NO_RIGHT = "42501";
  private static final String LOCKED = "55P03";
  private static final String SIGN =
      "INSERT INTO rookery.settings (name, value) VALUES ('restoring', 'nothing opens this before"
          + " it is over') ON CONFLICT DO NOTHING";
  private static final String UNSIGN = "DELETE FROM rookery.settings WHERE name = 'restoring'";

  private final PostgresAddress address;
  private final Connections connections;
  private final Connection connection;
  private final Session session;
  private final RestoredRows rows;
  private boolean finished;
  private boolean closed;

  private RestoredSchema(
      PostgresAddress address,
      Connections connections,
      Connection connection,
      Session session,
      RestoredRows rows) {
    this.address = address;
    this.connections = connections;
    this.connection = connection;
    this.session = session;
    this.rows = rows;
  }

  /** Makes the tables where they miss, and begins. */
  static RestoredSchema begin(PostgresAddress address, Backup.Header header) {
    Connections connections = new Connections(address);
    try {
      try (Connection connection = connections.direct()) {
        ServerSettings.of(session(connection, address), address).require(address);
      }
      Migrations.apply(address, connections);
      return begin(address, connections, connections.directAndPatient().getConnection(), header);
    } catch (SQLException e) {
      throw failed(address, e);
    }
  }

  private static RestoredSchema begin(
      PostgresAddress address, Connections connections, Connection connection, Backup.Header header)
      throws SQLException {
    try {
      connection.setAutoCommit(false);
      Session session = session(connection, address);
      requireEmpty(session, address);
      sign(address, connections, SIGN);
      try {
        session.update("DELETE FROM rookery.settings WHERE name <> 'restoring'");
        RestoredRows rows = RestoredRows.begin(session, header);
        return new RestoredSchema(address, connections, connection, session, rows);
      } catch (SQLException | RookeryException e) {
        sign(address, connections, UNSIGN);
        throw e;
      }
    } catch (SQLException | RookeryException e) {
      connection.close();
      throw e;
    }
  }

  private static Session session(Connection connection, PostgresAddress address) {
    return new Session(connection, new Schema(address.schema()));
  }

  /** Looks, and keeps others from appending what is not there yet. */
  private static void requireEmpty(Session session, PostgresAddress address) throws SQLException {
    session.update("SET LOCAL idle_in_transaction_session_timeout = 0");
    session.update("SET LOCAL lock_timeout = '3s'");
    session.update("LOCK TABLE rookery.partitions IN SHARE ROW EXCLUSIVE MODE");
    boolean taken =
        session
            .first(
                (ResultSet row) -> row.getBoolean(1),
                "SELECT EXISTS (SELECT FROM rookery.partitions) OR EXISTS (SELECT FROM"
                    + " rookery.subscriptions) OR EXISTS (SELECT FROM rookery.cursors) OR EXISTS"
                    + " (SELECT FROM rookery.dead_letters)")
            .orElse(true);
    if (taken) {
      throw new PlaceTaken(
          "there are events or subscriptions in the schema "
              + address.schema()
              + " of "
              + address
              + "; name another, ?schema=restored");
    }
  }

  /** Puts the sign there or takes it away, whatever becomes of the transaction. */
  private static void sign(PostgresAddress address, Connections connections, String sql)
      throws SQLException {
    try (Connection other = connections.direct()) {
      session(other, address).update(sql);
    }
  }

  /**
   * Holds that it is not what a restore left that never ended, or where one is under way.
   *
   * @throws RestoreUnfinished when it is
   */
  static void requireFinished(PostgresAddress address, Connections connections)
      throws SQLException {
    try (Connection connection = connections.direct()) {
      boolean finished =
          session(connection, address)
              .list(row -> row, "SELECT FROM rookery.settings WHERE name = 'restoring'")
              .isEmpty();
      if (!finished) {
        throw new RestoreUnfinished(
            "a restore into "
                + address
                + " is under way, or never ended: then restore the backup once more, or drop the"
                + " schema "
                + address.schema());
      }
    }
  }

  @Override
  public void take(List<Piece> pieces) {
    try {
      for (Piece piece : pieces) {
        rows.add(piece);
      }
      rows.insert();
    } catch (SQLException e) {
      throw failed(address, e);
    }
  }

  @Override
  public void finish(String epoch) {
    try {
      rows.requireAll();
      rows.setting(Backend.EPOCH, epoch);
      session.list(
          (ResultSet row) -> row.getLong(1),
          "SELECT setval('rookery.epochs', ?)",
          rows.greatestEpoch() + EPOCHS);
      session.update(UNSIGN);
      session.update("SET LOCAL synchronous_commit = on");
      connection.commit();
      finished = true;
    } catch (SQLException e) {
      throw failed(address, e);
    }
  }

  private static RookeryException failed(PostgresAddress address, SQLException e) {
    return switch (String.valueOf(e.getSQLState())) {
      case NO_RIGHT ->
          new InvalidInput(
              "who restores makes tables and fills them, and this user of "
                  + address
                  + " may not; 'rookery acl postgresql' says who may: "
                  + Trouble.said(e),
              e);
      case LOCKED ->
          new PlaceTaken(
              "somebody else fills the schema " + address.schema() + " of " + address, e);
      default -> Trouble.of(address, e);
    };
  }

  /** What is not committed goes with the connection; the sign goes when that is gone. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      connection.close();
      if (!finished) {
        sign(address, connections, UNSIGN);
      }
    } catch (SQLException e) {
      throw failed(address, e);
    }
  }
}
