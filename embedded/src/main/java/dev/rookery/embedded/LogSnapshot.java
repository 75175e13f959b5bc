package dev.rookery.embedded;

import dev.rookery.BackendUnavailable;
import dev.rookery.Backup;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.spi.Piece;
import dev.rookery.spi.Snapshot;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the folder holds at one moment.
 *
 * <h2>Why not one long transaction</h2>
 *
 * While a reader stays in one state of the database, the write-ahead file cannot begin anew: it
 * grows with all that is published, and each checkpoint waits for the reader in vain. So one short
 * transaction reads all that changes (settings, definitions, cursors, dead letters) and how far the
 * events reach. The events themselves never change; they are read after that, in parts, each in a
 * moment of its own. Only trimming could take them away: it waits for what is not read yet.
 */
final class LogSnapshot implements Snapshot {
  private static final int LETTERS = 200;

  private final Folder folder;
  private final Holds holds;
  private final Map<Partition, Long> readUpTo = new ConcurrentHashMap<>();
  private final List<Span> spans = new ArrayList<>();
  private List<Piece> state = List.of();
  private final Session session;
  private final LetterSpool letters;
  private volatile boolean everythingHeld = true;
  private boolean closed;

  /** A partition as it was at the moment. */
  private record Span(PartitionState state, long after, long last) {}

  private LogSnapshot(Folder folder, Holds holds, Writer writer) throws SQLException, IOException {
    this.folder = folder;
    this.holds = holds;
    holds.add(this);
    try {
      // A slice that is being removed just now, and did not know of this, ends before it
      writer.write(transaction -> 0);
      session = Session.reading(folder.file(Store.DATABASE));
    } catch (RuntimeException | SQLException e) {
      holds.remove(this);
      throw e;
    }
    try {
      session.execute("BEGIN");
      readState();
      letters = LetterSpool.fill(folder, session);
      session.execute("COMMIT");
    } catch (RuntimeException | SQLException | IOException e) {
      holds.remove(this);
      session.close();
      throw e;
    }
    everythingHeld = false;
  }

  static LogSnapshot take(Folder folder, Holds holds, Writer writer) {
    try {
      return new LogSnapshot(folder, holds, writer);
    } catch (SQLException | IOException e) {
      throw Failures.reading(folder, e);
    }
  }

  private void readState() throws SQLException {
    state = SnapshotState.read(session);
    Collection<PartitionState> partitions = Partitions.load(session).all();
    for (PartitionState each : partitions) {
      Tail tail = each.committed();
      spans.add(new Span(each, tail.trimmed(), tail.last()));
      readUpTo.put(each.partition(), tail.trimmed());
    }
    spans.sort(Comparator.comparing(span -> span.state.partition()));
  }

  /** Up to which position the events of a partition are not needed any more. */
  long readUpTo(Partition partition) {
    return everythingHeld ? 0 : readUpTo.getOrDefault(partition, Long.MAX_VALUE);
  }

  @Override
  public List<Backup.Part> partitions() {
    return spans.stream()
        .map(span ->
            new Backup.Part(
                span.state.partition(),
                Position.of(span.after),
                span.after,
                Position.of(span.last),
                span.last - span.after))
        .toList();
  }

  @Override
  public List<Piece> next() {
    try {
      List<Piece> next = state;
      state = List.of();
      if (next.isEmpty()) {
        next = letters.next(LETTERS).stream().<Piece>map(Piece.Letter::new).toList();
      }
      return next.isEmpty() ? events() : next;
    } catch (SQLException | IOException e) {
      throw Failures.reading(folder, e);
    }
  }

  private List<Piece> events() throws SQLException {
    for (Span span : spans) {
      long from = readUpTo.getOrDefault(span.state.partition(), span.last);
      if (from < span.last) {
        List<Piece> pieces = SnapshotEvents.read(session, span.state, from, span.last);
        readUpTo.put(span.state.partition(), from + pieces.size());
        return pieces;
      }
    }
    return List.of();
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    holds.remove(this);
    try (letters) {
      session.close();
    } catch (SQLException | IOException e) {
      throw new BackendUnavailable("a backup of " + folder.path() + " did not end well: " + e, e);
    }
  }
}
