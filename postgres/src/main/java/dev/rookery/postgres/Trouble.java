package dev.rookery.postgres;

import dev.rookery.BackendUnavailable;
import dev.rookery.DamagedLog;
import dev.rookery.EpochChanged;
import dev.rookery.LogFailed;
import dev.rookery.PublishRejected;
import dev.rookery.PublishUnknown;
import dev.rookery.RookeryException;
import java.sql.SQLException;
import java.util.Set;
import org.postgresql.util.PSQLException;

/** What an error of PostgreSQL means to a caller. */
final class Trouble {
  /**
   * Classes of states that mean: not now. Connection, transaction rolled back, no resources,
   * somebody in the way, operator's intervention.
   */
  private static final Set<String> PASSING = Set.of("08", "40", "53", "55", "57");

  /** Classes of states that mean: not such a thing. Of a wrong kind, forbidden, too large. */
  private static final Set<String> VALUES = Set.of("22", "23", "54");

  private static final String READ_ONLY = "25006";

  /** No such table, schema, function. */
  private static final Set<String> MISSING = Set.of("42P01", "3F000", "42883");

  private Trouble() {}

  static RookeryException of(PostgresAddress address, SQLException e) {
    String state = state(e);
    if (mayHaveHappened(e) || PASSING.contains(kind(state)) || state.equals(READ_ONLY)) {
      return new BackendUnavailable(address + " can do nothing now: " + said(e), e);
    }
    if (MISSING.contains(state)) {
      return new EpochChanged(
          address
              + " has lost its tables: the schema was dropped or restored; open the bus again to go"
              + " on with what is there: "
              + said(e),
          e);
    }
    if (kind(state).equals("XX")) {
      return new DamagedLog(address + " found damage: " + said(e), e);
    }
    return new LogFailed(address + " refuses: " + said(e), e);
  }

  /** What became of an append that was refused: nothing was stored. */
  static RookeryException ofAppend(PostgresAddress address, SQLException e) {
    return switch (kind(state(e))) {
      case "53" ->
          new PublishRejected(
              address
                  + " has no room, nothing was stored; shorten the retention or give it more: "
                  + said(e),
              e);
      case "22" -> new PublishRejected(address + " cannot store it: " + said(e), e);
      default -> of(address, e);
    };
  }

  static PublishUnknown unknown(PostgresAddress address, Throwable e) {
    return new PublishUnknown(
        "the answer of "
            + address
            + " was lost, nobody knows whether it was stored; publish it once more with the same"
            + " id: "
            + e.getMessage(),
        e);
  }

  /**
   * Whether the transaction may have been committed all the same: the server did not say that it
   * was not.
   */
  static boolean mayHaveHappened(SQLException e) {
    boolean answered = e instanceof PSQLException told && told.getServerErrorMessage() != null;
    return !answered || kind(state(e)).equals("08") || state(e).startsWith("57P");
  }

  /** Whether the values are at fault, so that it would be refused again. */
  static boolean isOfTheValues(SQLException e) {
    return VALUES.contains(kind(state(e)));
  }

  /** Whether the transaction was undone because of others. */
  static boolean isConflict(SQLException e) {
    return kind(state(e)).equals("40");
  }

  private static String state(SQLException e) {
    return e.getSQLState() == null ? "" : e.getSQLState();
  }

  private static String kind(String state) {
    return state.length() < 2 ? "" : state.substring(0, 2);
  }

  /** The first line of what it says: the others may quote what was stored. */
  static String said(SQLException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }
}
