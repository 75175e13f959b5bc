package dev.rookery.postgres;

import dev.rookery.Durability;
import dev.rookery.InvalidInput;
import dev.rookery.Partition;
import dev.rookery.PublishRejected;
import dev.rookery.spi.Append;
import dev.rookery.spi.Appended;
import dev.rookery.spi.Outbox;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import tools.jackson.core.JacksonException;

/**
 * Events in a table of their own, which applications insert into and the sequencer moves.
 *
 * <h2>A step</h2>
 *
 * One transaction holds the sequencer's row, takes the oldest rows, appends them and deletes them;
 * whatever ends it before its commit leaves all as it was. A row that was inserted under a lock
 * after another's commit has a higher number, and whoever sees it sees the other: so the oldest
 * rows that can be seen are in the order of their keys' locks, although slow transactions may still
 * add lower numbers. Those come later, and get later positions.
 *
 * <p>A process that is halted in the middle would keep the others out. The server ends its
 * transaction after some seconds.
 */
final class PostgresOutbox implements Outbox {
  private static final int STEP_EVENTS = 200;
  private static final long STEP_BYTES = 4L << 20;

  /** Shorter than what waits for it is patient. */
  private static final String PATIENCE = "3s";

  /** One row where the sequencer's is free; the settings end with the transaction. */
  private static final String TURN =
      "SELECT set_config('idle_in_transaction_session_timeout', '"
          + PATIENCE
          + "', true), set_config('lock_timeout', '"
          + PATIENCE
          + "', true) FROM rookery.sequencer FOR UPDATE SKIP LOCKED";

  /** Rows are locked so that nobody's lock is waited for when a partition is held already. */
  private static final String OLDEST =
      "SELECT * FROM (SELECT w.*, sum(octet_length(w.data)) OVER (ORDER BY w.number)"
          + " - octet_length(w.data) AS before FROM (SELECT "
          + OutboxRow.COLUMNS
          + " FROM rookery.outbox o WHERE o.refused IS NULL AND o.number <> ALL (?)"
          + " ORDER BY o.number LIMIT ? FOR UPDATE) w) s WHERE s.before < ? ORDER BY s.number";

  private static final String DELETE = "DELETE FROM rookery.outbox WHERE number = ANY (?)";
  private static final String REFUSE = "UPDATE rookery.outbox SET refused = ? WHERE number = ?";

  private final Database database;
  private final Partitions partitions;
  private final LiveSettings settings;
  private final Wakeups wakeups;
  private final boolean remembers;
  private final Consumer<Batch> moved;

  /** An error of the log that is about the events, and would come again. */
  private static final class Unstorable extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final long first;

    Unstorable(long first, SQLException cause) {
      super("the log cannot store it: " + Trouble.said(cause), cause);
      this.first = first;
    }
  }

  /** An event that goes to the log. */
  private record Going(Waiting row, Append append) {}

  /** What is to be done in a step. */
  private record Plan(Map<Partition, List<Going>> going, List<Refusal> refused, List<Long> left) {}

  PostgresOutbox(
      Database database,
      Partitions partitions,
      LiveSettings settings,
      Wakeups wakeups,
      boolean remembers,
      Consumer<Batch> moved) {
    this.database = database;
    this.partitions = partitions;
    this.settings = settings;
    this.wakeups = wakeups;
    this.remembers = remembers;
    this.moved = moved;
  }

  @Override
  public void add(Connection connection, Append append, boolean derived) {
    try {
      if (connection.getAutoCommit()) {
        throw new PublishRejected(
            "the connection commits every statement by itself; begin a transaction, with"
                + " setAutoCommit(false), and publish in it");
      }
      OutboxRow.insert(new Session(connection, database.schema()), append, derived);
    } catch (SQLException e) {
      throw new PublishRejected(
          "the outbox of "
              + database.address()
              + " did not take the event, and the transaction is broken; it must be one in that"
              + " database, of a role that may publish there: "
              + Trouble.said(e),
          e);
    }
  }

  @Override
  public Runnable listen(Runnable listener) {
    return wakeups.listenToOutbox(listener);
  }

  @Override
  public Moved move(Set<Long> passedOver, Function<Waiting, Verdict> judge) {
    settings.requireDemanded();
    try {
      return step(passedOver, judge, STEP_EVENTS);
    } catch (Unstorable several) {
      try {
        return step(passedOver, judge, 1);
      } catch (Unstorable one) {
        Verdict refuse = new Verdict.Refuse(String.valueOf(one.getMessage()));
        return step(passedOver, row -> row.number() == one.first ? refuse : judge.apply(row), 1);
      }
    }
  }

  private Moved step(Set<Long> passedOver, Function<Waiting, Verdict> judge, int most) {
    Moved done =
        database.transaction(session -> {
          if (session.first(row -> row.getString(1), TURN).isEmpty()) {
            return Moved.NOTHING;
          }
          Plan plan = plan(session, passedOver, judge, most);
          List<Batch> batches = append(session, plan);
          settle(session, plan);
          return new Moved(batches, plan.refused, plan.left);
        });
    done.batches().forEach(moved);
    return done;
  }

  private static Plan plan(
      Session session, Set<Long> passedOver, Function<Waiting, Verdict> judge, int most)
      throws SQLException {
    Plan plan = new Plan(new LinkedHashMap<>(), new ArrayList<>(), new ArrayList<>());
    session.list(
        row -> {
          put(plan, row, judge);
          return most;
        },
        OLDEST,
        session.array("bigint", passedOver.toArray()),
        most,
        STEP_BYTES);
    return plan;
  }

  private static void put(Plan plan, ResultSet row, Function<Waiting, Verdict> judge)
      throws SQLException {
    long number = OutboxRow.number(row);
    try {
      Waiting waiting = OutboxRow.read(row);
      switch (judge.apply(waiting)) {
        case Verdict.Take(var partition, var append) ->
            plan.going
                .computeIfAbsent(partition, p -> new ArrayList<>())
                .add(new Going(waiting, append));
        case Verdict.Refuse(var reason) -> plan.refused.add(new Refusal(number, reason));
        case Verdict.Leave() -> plan.left.add(number);
      }
    } catch (JacksonException e) {
      plan.refused.add(
          new Refusal(number, "its attributes cannot be read: " + InvalidInput.shown(e)));
    }
  }

  private List<Batch> append(Session session, Plan plan) throws SQLException {
    List<Batch> batches = new ArrayList<>();
    for (Map.Entry<Partition, List<Going>> each : plan.going.entrySet()) {
      List<Append> events = each.getValue().stream().map(Going::append).toList();
      List<Appended> answers = stored(session, each.getKey(), each.getValue(), events);
      for (int i = 0; i < answers.size(); i++) {
        refusal(each.getValue().get(i).row, answers.get(i)).ifPresent(plan.refused::add);
      }
      batches.add(new Batch(each.getKey(), events, answers));
    }
    return batches;
  }

  private List<Appended> stored(
      Session session, Partition partition, List<Going> going, List<Append> events)
      throws SQLException {
    Durability level = settings.now().durability();
    try {
      return Appender.store(
          session, partitions.number(session, partition), remembers, events, level);
    } catch (SQLException e) {
      if (Trouble.isOfTheValues(e)) {
        throw new Unstorable(going.getFirst().row.number(), e);
      }
      throw e;
    }
  }

  private static Optional<Refusal> refusal(Waiting row, Appended answer) {
    return answer instanceof Appended.Conflict(var position) && !row.derived()
        ? Optional.of(
            new Refusal(
                row.number(),
                "an event with its id and source is stored at "
                    + position
                    + " with other content; give it a new id"))
        : Optional.empty();
  }

  private static void settle(Session session, Plan plan) throws SQLException {
    for (Refusal refusal : plan.refused) {
      session.update(REFUSE, refusal.reason(), refusal.number());
    }
    List<Long> refused = plan.refused.stream().map(Refusal::number).toList();
    Object[] gone =
        plan.going.values().stream()
            .flatMap(List::stream)
            .map(going -> going.row.number())
            .filter(number -> !refused.contains(number))
            .toArray();
    session.update(DELETE, session.array("bigint", gone));
  }
}
