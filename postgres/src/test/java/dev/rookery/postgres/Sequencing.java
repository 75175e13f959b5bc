package dev.rookery.postgres;

import dev.rookery.Address;
import dev.rookery.Draft;
import dev.rookery.Durability;
import dev.rookery.Event;
import dev.rookery.EventBus;
import dev.rookery.spi.Append;
import dev.rookery.spi.Outbox;
import dev.rookery.testkit.Samples;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/** A way to move what waits in the outbox to the log: the one that is used, and seeded bugs. */
enum Sequencing {
  AS_IT_IS(""),
  AFTER_THE_LAST_NUMBER("AND number > %d ORDER BY number LIMIT 200"),
  WITHOUT_A_TURN("ORDER BY number LIMIT 200 FOR UPDATE SKIP LOCKED"),
  BEHIND_OPEN_TRANSACTIONS(
      "AND xmin::text::bigint < pg_snapshot_xmin(pg_current_snapshot())::text::bigint"),
  IN_TWO_TRANSACTIONS("ORDER BY number LIMIT 200");

  private final String taken;

  Sequencing(String taken) {
    this.taken = taken;
  }

  /** Somebody who moves. */
  interface Mover {
    /**
     * Moves what waits, and lets something happen when it was taken and is not appended yet.
     *
     * @return whether there was anything
     */
    boolean step(Runnable meanwhile);

    /** Moves all. */
    default void drain() {
      while (step(() -> {})) {}
    }
  }

  /** Somebody who moves from the outbox of an open log, on connections of its own. */
  Mover on(Opened opened, String address) {
    AtomicLong last = new AtomicLong();
    return this == AS_IT_IS
        ? meanwhile -> move(opened, meanwhile)
        : meanwhile -> moveWrongly(address, last, meanwhile);
  }

  private static boolean move(Opened opened, Runnable meanwhile) {
    AtomicLong judged = new AtomicLong();
    Outbox.Moved moved =
        opened
            .backend()
            .outbox()
            .orElseThrow()
            .move(
                Set.of(),
                row -> {
                  if (judged.getAndIncrement() == 0) {
                    meanwhile.run();
                  }
                  return new Outbox.Verdict.Take(Samples.USER, append(row));
                });
    return !moved.equals(Outbox.Moved.NOTHING);
  }

  private boolean moveWrongly(String address, AtomicLong last, Runnable meanwhile) {
    PostgresAddress place = PostgresAddress.of(Address.parse(address));
    try (Connection connection = new Connections(place).direct()) {
      connection.setAutoCommit(false);
      Session session = new Session(connection, new Schema(place.schema()));
      List<Outbox.Waiting> rows = session.list(OutboxRow::read, delete(last.get()));
      rows.stream().mapToLong(Outbox.Waiting::number).max().ifPresent(last::set);
      if (this == IN_TWO_TRANSACTIONS) {
        connection.commit();
      }
      if (rows.isEmpty()) {
        return false;
      }
      meanwhile.run();
      List<Append> events = rows.stream().map(Sequencing::append).toList();
      Appender.store(session, 1, true, events, Durability.FSYNCED);
      connection.commit();
      return true;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private String delete(long last) {
    return "WITH o AS (DELETE FROM rookery.outbox WHERE number IN (SELECT number FROM"
        + " rookery.outbox WHERE refused IS NULL "
        + taken.formatted(last)
        + ") RETURNING *) SELECT "
        + OutboxRow.COLUMNS
        + " FROM o ORDER BY o.number";
  }

  private static Append append(Outbox.Waiting row) {
    Draft draft = row.draft();
    String id = draft.id().orElseThrow();
    Event event =
        new Event(
            id,
            draft.type(),
            draft.source().orElseThrow(),
            draft.key().orElse(""),
            draft.time().orElseThrow(),
            id,
            Optional.empty(),
            1,
            draft.data(),
            draft.attributes());
    return new Append(event, ByteBuffer.allocate(32));
  }

  /**
   * Moves until it is killed; the bus does it where it is as it is.
   *
   * @param arguments a name of this enum, and an address
   */
  public static void main(String[] arguments) throws InterruptedException {
    Sequencing sequencing = valueOf(arguments[0]);
    if (sequencing == AS_IT_IS) {
      EventBus.open(arguments[1]);
      Thread.currentThread().join();
    }
    Opened opened = Opened.at(arguments[1]);
    while (true) {
      sequencing.on(opened, arguments[1]).drain();
    }
  }
}
