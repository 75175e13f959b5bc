package dev.rookery.embedded;

import dev.rookery.BusClosed;
import java.sql.SQLException;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** A few sessions for reading, opened when they are first needed. */
final class Readers implements AutoCloseable {
  private static final int SESSIONS = 4;

  private final Folder folder;
  private final Semaphore permits = new Semaphore(SESSIONS);
  private final Deque<Session> idle = new ConcurrentLinkedDeque<>();
  private volatile boolean closed;

  /** Something that is read. */
  interface Reading<T> {
    T read(Session session) throws SQLException;
  }

  Readers(Folder folder) {
    this.folder = folder;
  }

  /**
   * Reads.
   *
   * @throws dev.rookery.DamagedLog when the database is damaged
   */
  <T> T read(Reading<T> reading) {
    permits.acquireUninterruptibly();
    @Nullable Session session = null;
    try {
      session = session();
      return reading.read(session);
    } catch (SQLException e) {
      throw Failures.reading(folder, e);
    } finally {
      if (session != null) {
        idle.push(session);
      }
      permits.release();
    }
  }

  private Session session() throws SQLException {
    if (closed) {
      throw new BusClosed("the log in " + folder.path() + " is closed");
    }
    Session free = idle.poll();
    return free != null ? free : Session.reading(folder.file(Store.DATABASE));
  }

  @Override
  public void close() throws SQLException {
    closed = true;
    permits.acquireUninterruptibly(SESSIONS);
    try {
      for (Session session = idle.poll(); session != null; session = idle.poll()) {
        session.close();
      }
    } finally {
      permits.release(SESSIONS);
    }
  }
}
