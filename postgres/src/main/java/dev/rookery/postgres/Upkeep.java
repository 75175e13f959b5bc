package dev.rookery.postgres;

import dev.rookery.spi.SerialWork;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a partition needs now and then, done by whoever appends to it or trims it: ids out of the
 * window are forgotten, chunks that are over are dropped, and the next is made before it is needed.
 * What fails is left for the next time.
 */
final class Upkeep {
  private static final long EVERY_EVENTS = 1_000;
  private static final long SLICE = 2_000;
  private static final long MOST_IDS = 1_000_000;
  private static final long ROOM = 5_000;

  private final Database database;
  private final int number;
  private final Duration idWindow;
  private final AtomicLong doneAt = new AtomicLong();
  private final SerialWork work;

  Upkeep(Database database, int number, Duration idWindow) {
    this.database = database.patient();
    this.number = number;
    this.idWindow = idWindow;
    this.work = new SerialWork("rookery-postgres-upkeep " + number, this::run);
  }

  /** The partition ends at a position now. */
  void reached(long position) {
    long done = doneAt.get();
    if (position - done >= EVERY_EVENTS && doneAt.compareAndSet(done, position)) {
      work.ask();
    }
  }

  /** Does what there is to do soon. */
  void ask() {
    work.ask();
  }

  private void run() {
    try {
      ahead();
      while (forget() == SLICE) {}
      drop();
    } catch (RuntimeException e) {
      // Another time; a pool that is closed under its connections throws a NullPointerException
    }
  }

  private void ahead() {
    database.call(session ->
        session.list(
            (ResultSet row) -> row.getLong(1),
            "SELECT rookery.make_chunk(number) FROM rookery.partitions"
                + " WHERE number = ? AND room - last < ?",
            number,
            ROOM));
  }

  private long forget() {
    return database
        .call(session ->
            session.first(
                (ResultSet row) -> row.getLong(1),
                "SELECT rookery.forget_ids(?, ? * interval '1 microsecond', ?, ?)",
                number,
                Times.micros(idWindow),
                MOST_IDS,
                SLICE))
        .orElse(0L);
  }

  private void drop() {
    database.call(session ->
        session.list((ResultSet row) -> row.getInt(1), "SELECT rookery.drop_chunks(?)", number));
  }
}
