package dev.rookery.embedded;

import dev.rookery.Durability;
import dev.rookery.Position;
import dev.rookery.spi.Appended;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The appends of one transaction, of all partitions, inserted together: a statement that is run
 * over many rows at once costs less than half of one that is run for each.
 *
 * <p>The ids go first, each with the place that its event gets if all are new; what the index
 * refuses was stored before. Only where there is such a one, the places are given once more without
 * it.
 */
final class AppendBatch {
  private static final String MOVED_ID =
      "UPDATE ids SET place = ? WHERE id = ? AND source = ? AND number = ?";
  private static final String KNOWN_ID =
      "SELECT place, content FROM ids WHERE id = ? AND source = ? AND number = ?";

  private final Transaction transaction;
  private final Session session;
  private final List<Insertion> waiting = new ArrayList<>();

  AppendBatch(Transaction transaction, Session session) {
    this.transaction = transaction;
    this.session = session;
  }

  void add(Insertion insertion) {
    waiting.add(insertion);
  }

  /** Inserts what waits, and answers it. */
  void insert() throws SQLException {
    Map<PartitionState, Tail> before = new LinkedHashMap<>();
    for (Insertion each : waiting) {
      before.putIfAbsent(each.state(), each.state().working());
      each.place(transaction);
    }
    List<Insertion> fresh = insertIds();
    if (fresh.size() < waiting.size()) {
      before.forEach(transaction::move);
      moveIds(fresh);
    }
    insertEvents(fresh);
    for (Insertion each : waiting) {
      if (!each.isAnswered()) {
        each.answer(known(each));
      }
    }
    waiting.clear();
  }

  private List<Insertion> insertIds() throws SQLException {
    for (Insertion each : waiting) {
      each.event().addId(session, each.state(), each.place());
    }
    int[] inserted = session.runAdded(EventRow.NEW_ID);
    List<Insertion> fresh = new ArrayList<>(waiting.size());
    for (int i = 0; i < inserted.length; i++) {
      if (inserted[i] == 1) {
        fresh.add(waiting.get(i));
      }
    }
    return fresh;
  }

  private void moveIds(List<Insertion> fresh) throws SQLException {
    for (Insertion each : fresh) {
      if (each.place(transaction)) {
        EventRow event = each.event();
        long number = each.state().number();
        session.add(MOVED_ID, each.place(), event.id(), event.source(), number);
      }
    }
    session.runAdded(MOVED_ID);
  }

  private void insertEvents(List<Insertion> fresh) throws SQLException {
    for (Insertion each : fresh) {
      Tail tail = each.tail();
      each.event().add(session, each.place(), tail.newest(), tail.bytes());
      each.answer(new Appended.Stored(Position.of(tail.last()), Durability.FSYNCED));
    }
    EventRow.insertAdded(session);
  }

  private Appended known(Insertion insertion) throws SQLException {
    EventRow event = insertion.event();
    return session
        .first(
            (ResultSet found) -> answer(event, found),
            KNOWN_ID,
            event.id(),
            event.source(),
            insertion.state().number())
        .orElseThrow();
  }

  private static Appended answer(EventRow event, ResultSet found) throws SQLException {
    Position first = Position.of(PartitionState.positionOf(found.getLong(1)));
    return Arrays.equals(event.content(), found.getBytes(2))
        ? new Appended.Duplicate(first, Durability.FSYNCED)
        : new Appended.Conflict(first);
  }
}
