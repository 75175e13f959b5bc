package dev.rookery.postgres;

import dev.rookery.Backup;
import dev.rookery.Position;
import dev.rookery.spi.Piece;
import dev.rookery.spi.Snapshot;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * What the log holds at one moment.
 *
 * <h2>Why not one long transaction</h2>
 *
 * As long as a transaction keeps its state, the vacuum removes no row of the whole database that
 * was changed since. The row of a partition changes with every append, and would soon be a chain of
 * a million. So one short transaction reads all that changes, and how far the events reach; the
 * events themselves never change, and are read after that in parts. Only trimming could take them
 * away: a {@link BackupHold} says what is not read yet. Behind a pool nothing is held between two
 * parts.
 */
final class PostgresSnapshot implements Snapshot {
  private final BackupHold hold;
  private final SnapshotState state;
  private final Deque<SnapshotEvents> events = new ArrayDeque<>();
  private List<Piece> pieces;

  private PostgresSnapshot(Database database, BackupHold hold, SnapshotState state) {
    this.hold = hold;
    this.state = state;
    this.pieces = state.pieces();
    state.spans().forEach(span -> events.add(new SnapshotEvents(database, span)));
  }

  /**
   * Takes one.
   *
   * @param begin the first statement of the transaction that reads what changes
   */
  static PostgresSnapshot take(Database database, String id, String begin) {
    BackupHold hold = BackupHold.begin(database, id);
    try {
      return new PostgresSnapshot(database, hold, SnapshotState.read(database, begin));
    } catch (RuntimeException e) {
      hold.close();
      throw e;
    }
  }

  @Override
  public List<Backup.Part> partitions() {
    return state.spans().stream()
        .map(span ->
            new Backup.Part(
                span.partition(),
                Position.of(span.after()),
                span.after(),
                Position.of(span.last()),
                span.last() - span.after()))
        .toList();
  }

  @Override
  public List<Piece> next() {
    List<Piece> next = pieces;
    pieces = List.of();
    if (next.isEmpty()) {
      next = state.letters().next().stream().<Piece>map(Piece.Letter::new).toList();
    }
    return next.isEmpty() ? nextEvents() : next;
  }

  private List<Piece> nextEvents() {
    while (!events.isEmpty() && events.getFirst().isAtEnd()) {
      events.removeFirst();
    }
    if (events.isEmpty()) {
      return List.of();
    }
    SnapshotEvents its = events.getFirst();
    List<Piece> next = its.next();
    hold.read(its.span().number(), its.isAtEnd() ? Long.MAX_VALUE : its.read());
    return next;
  }

  @Override
  public void close() {
    hold.close();
    state.letters().close();
  }
}
