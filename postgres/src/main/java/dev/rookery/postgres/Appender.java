package dev.rookery.postgres;

import dev.rookery.BackendUnavailable;
import dev.rookery.Durability;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.PublishUnknown;
import dev.rookery.RookeryException;
import dev.rookery.spi.Append;
import dev.rookery.spi.Appended;
import dev.rookery.spi.SerialWork;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
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
  private static final int GROUP_EVENTS = 200;
  private static final String APPEND = "SELECT kind, place FROM rookery.append(?, ?, ?)";

  private final Database database;
  private final Partitions partitions;
  private final Partition partition;
  private final boolean remembers;
  private final Supplier<Durability> durability;
  private final Consumer<Position> appended;
  private final ConcurrentLinkedQueue<Waiting> waiting = new ConcurrentLinkedQueue<>();
  private final SerialWork work;
  private final ReadWriteLock open = new ReentrantReadWriteLock();
  private boolean closed;

  /** What one caller appends. */
  private record Waiting(List<Append> events, CompletableFuture<List<Appended>> answer) {}

  /**
   * An appender.
   *
   * @param appended told of the last position of each group that is stored
   */
  Appender(
      Database database,
      Partitions partitions,
      Partition partition,
      Duration idWindow,
      Supplier<Durability> durability,
      Consumer<Position> appended) {
    this.database = database;
    this.partitions = partitions;
    this.partition = partition;
    this.remembers = !idWindow.isZero();
    this.durability = durability;
    this.appended = appended;
    this.work = new SerialWork("rookery-postgres-appender " + partition, this::drain);
  }

  List<Appended> append(List<Append> events) {
    Waiting mine = new Waiting(List.copyOf(events), new CompletableFuture<>());
    open.readLock().lock();
    try {
      if (closed) {
        throw new BackendUnavailable("the bus on " + database.address() + " was closed");
      }
      waiting.add(mine);
      work.ask();
      return mine.answer.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    } finally {
      open.readLock().unlock();
    }
  }

  private void drain() {
    while (!waiting.isEmpty()) {
      List<Waiting> members = gather();
      try {
        answer(members, store(members.stream().flatMap(each -> each.events.stream()).toList()));
      } catch (RuntimeException e) {
        members.forEach(member -> member.answer.completeExceptionally(e));
      } catch (Error e) {
        PublishUnknown unknown = Trouble.unknown(database.address(), e);
        members.forEach(member -> member.answer.completeExceptionally(unknown));
        throw e;
      }
    }
  }

  private List<Waiting> gather() {
    List<Waiting> members = new ArrayList<>();
    int events = 0;
    for (Waiting next = waiting.peek();
        next != null && (events == 0 || events + next.events.size() <= GROUP_EVENTS);
        next = waiting.peek()) {
      members.add(waiting.remove());
      events += next.events.size();
    }
    return members;
  }

  private List<Appended> store(List<Append> batch) {
    int number = partitions.number(partition);
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
    return session.list(
        row -> appended(row, level), APPEND, number, remembers, session.drafts(batch));
  }

  private static Appended appended(ResultSet row, Durability level) throws SQLException {
    Position position = Position.of(row.getLong(2));
    return switch (row.getInt(1)) {
      case 0 -> new Appended.Stored(position, level);
      case 1 -> new Appended.Duplicate(position, level);
      default -> new Appended.Conflict(position);
    };
  }

  private void answer(List<Waiting> members, List<Appended> answers) {
    int from = 0;
    for (Waiting member : members) {
      int to = from + member.events.size();
      member.answer.complete(List.copyOf(answers.subList(from, to)));
      from = to;
    }
    end(answers).ifPresent(appended);
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
