package dev.rookery.postgres;

import dev.rookery.BackendUnavailable;
import dev.rookery.Durability;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.PublishUnknown;
import dev.rookery.RookeryException;
import dev.rookery.spi.Append;
import dev.rookery.spi.Appended;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.ObjIntConsumer;
import java.util.function.Supplier;

/**
 * Appends to one partition. What waits goes together into one transaction, which is one call of the
 * function {@code append}: one way to the server and back, with the partition's row held no longer
 * than the function and the sync take.
 *
 * <h2>Which of three</h2>
 *
 * Until there is a connection nothing was sent: refused. An error that the server answers: undone,
 * refused. No answer: the same batch is given once more on a new connection. If the first was
 * stored, its ids are known, and if it is being stored just now, the second waits for the
 * partition's row; so its answer is true of both. Only where that fails too it is unknown.
 */
final class Appender implements AutoCloseable {
  private static final int GROUP_SIZE = 2_000;

  /** An event counts once for each so many bytes that it has begun. */
  private static final int COUNTED_BYTES = 4_096;

  private static final String APPEND = "SELECT first, kinds, places FROM rookery.append(?, ?, ?)";

  private final Database database;
  private final Partitions partitions;
  private final Partition partition;
  private final boolean remembers;
  private final Supplier<Durability> durability;
  private final ObjIntConsumer<Position> appended;
  private final Gathering<List<Append>, List<Appended>> groups;
  private final ReadWriteLock open = new ReentrantReadWriteLock();
  private boolean closed;

  /**
   * An appender.
   *
   * @param appended told of the last position of each group that is stored, and of the partition's
   *     number; what it throws would be taken for a refusal
   */
  Appender(
      Database database,
      Partitions partitions,
      Partition partition,
      Duration idWindow,
      Supplier<Durability> durability,
      ObjIntConsumer<Position> appended) {
    this.database = database;
    this.partitions = partitions;
    this.partition = partition;
    this.remembers = !idWindow.isZero();
    this.durability = durability;
    this.appended = appended;
    this.groups =
        new Gathering<>(
            "rookery-postgres-appender " + partition, GROUP_SIZE, Appender::size, this::store);
  }

  List<Appended> append(List<Append> events) {
    open.readLock().lock();
    try {
      if (closed) {
        throw new BackendUnavailable("the bus on " + database.address() + " was closed");
      }
      return groups.call(List.copyOf(events));
    } catch (CompletionException e) {
      throw Trouble.unknown(database.address(), e);
    } finally {
      open.readLock().unlock();
    }
  }

  private static int size(List<Append> events) {
    return events.stream().mapToInt(each -> 1 + each.event().sizeBytes() / COUNTED_BYTES).sum();
  }

  private List<List<Appended>> store(List<List<Append>> members) {
    int number = partitions.number(partition);
    List<Appended> answers = together(number, members.stream().flatMap(List::stream).toList());
    end(answers).ifPresent(end -> appended.accept(end, number));
    List<List<Appended>> each = new ArrayList<>();
    int from = 0;
    for (List<Append> member : members) {
      int to = from + member.size();
      each.add(List.copyOf(answers.subList(from, to)));
      from = to;
    }
    return each;
  }

  private List<Appended> together(int number, List<Append> batch) {
    Connection connection = database.borrow();
    try (connection) {
      return call(connection, number, batch);
    } catch (SQLException e) {
      if (!Trouble.mayHaveHappened(e)) {
        throw Trouble.ofAppend(database.address(), e);
      }
      return again(number, batch, e);
    }
  }

  private List<Appended> again(int number, List<Append> batch, SQLException lost) {
    if (!remembers) {
      throw Trouble.unknown(database.address(), lost);
    }
    try (Connection connection = database.borrow()) {
      return call(connection, number, batch);
    } catch (SQLException | RookeryException e) {
      PublishUnknown unknown = Trouble.unknown(database.address(), lost);
      unknown.addSuppressed(e);
      throw unknown;
    }
  }

  private List<Appended> call(Connection connection, int number, List<Append> batch)
      throws SQLException {
    Session session = new Session(connection, database.schema());
    return store(session, number, remembers, batch, durability.get());
  }

  /**
   * Appends as a part of the session's transaction, where there is one.
   *
   * @param remembers whether ids are looked up, and remembered
   */
  static List<Appended> store(
      Session session, int number, boolean remembers, List<Append> batch, Durability level)
      throws SQLException {
    return session
        .first(
            row -> answers(row, batch.size(), level),
            APPEND,
            number,
            remembers,
            session.drafts(batch))
        .orElseThrow();
  }

  private static List<Appended> answers(ResultSet row, int count, Durability level)
      throws SQLException {
    List<Appended> answers = new ArrayList<>(count);
    long first = row.getLong("first");
    Array kinds = row.getArray("kinds");
    if (kinds == null) {
      for (int i = 0; i < count; i++) {
        answers.add(new Appended.Stored(Position.of(first + i), level));
      }
      return answers;
    }
    Short[] kind = (Short[]) kinds.getArray();
    Long[] place = (Long[]) row.getArray("places").getArray();
    for (int i = 0; i < count; i++) {
      answers.add(appended(kind[i], Position.of(place[i]), level));
    }
    return answers;
  }

  private static Appended appended(int kind, Position position, Durability level) {
    return switch (kind) {
      case 0 -> new Appended.Stored(position, level);
      case 1 -> new Appended.Duplicate(position, level);
      default -> new Appended.Conflict(position);
    };
  }

  /** The last position that was given. */
  static Optional<Position> end(List<Appended> answers) {
    return answers.stream()
        .filter(Appended.Stored.class::isInstance)
        .map(Appended::position)
        .max(Position::compareTo);
  }

  /** Waits for what is under way. */
  @Override
  public void close() {
    open.writeLock().lock();
    try {
      closed = true;
    } finally {
      open.writeLock().unlock();
    }
  }
}
