package dev.rookery.embedded;

import dev.rookery.Durability;
import dev.rookery.Position;
import dev.rookery.PublishRejected;
import dev.rookery.spi.Appended;
import dev.rookery.spi.Environment;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Appends events to a partition. */
final class AppendRows implements Write<List<Appended>> {
  private static final String NEW_ID =
      "INSERT INTO ids (id, source, number, place, content) VALUES (?, ?, ?, ?, ?)"
          + " ON CONFLICT DO NOTHING";
  private static final String KNOWN_ID =
      "SELECT place, content FROM ids WHERE id = ? AND source = ? AND number = ?";
  private final Folder folder;
  private final PartitionState state;
  private final List<EventRow> rows;
  private final Environment environment;

  AppendRows(Folder folder, PartitionState state, List<EventRow> rows, Environment environment) {
    this.folder = folder;
    this.state = state;
    this.rows = rows;
    this.environment = environment;
  }

  @Override
  public int weight() {
    return rows.size();
  }

  @Override
  public List<Appended> run(Transaction transaction) throws SQLException {
    if (!transaction.hasRoom(folder)) {
      throw new PublishRejected(folder.shortOfRoom());
    }
    long clock = transaction.now(environment);
    Session session = transaction.session();
    List<Appended> answers = new ArrayList<>(rows.size());
    for (EventRow row : rows) {
      answers.add(append(session, transaction, row, clock));
    }
    return answers;
  }

  private Appended append(Session session, Transaction transaction, EventRow row, long clock)
      throws SQLException {
    Tail tail = state.working();
    long place = state.place(tail.last() + 1);
    boolean isNew =
        session.update(NEW_ID, row.id(), row.source(), state.number(), place, row.content()) == 1;
    if (!isNew) {
      return known(session, row);
    }
    Tail next = tail.appended(tail.taken(clock), row.size());
    row.insert(session, place, next.newest(), next.bytes());
    transaction.move(state, next);
    return new Appended.Stored(Position.of(next.last()), Durability.FSYNCED);
  }

  private Appended known(Session session, EventRow row) throws SQLException {
    return session
        .first(
            (ResultSet found) -> answer(row, found),
            KNOWN_ID,
            row.id(),
            row.source(),
            state.number())
        .orElseThrow();
  }

  private static Appended answer(EventRow row, ResultSet found) throws SQLException {
    Position first = Position.of(PartitionState.positionOf(found.getLong(1)));
    return Arrays.equals(row.content(), found.getBytes(2))
        ? new Appended.Duplicate(first, Durability.FSYNCED)
        : new Appended.Conflict(first);
  }
}
