package dev.rookery.embedded;

import dev.rookery.BackendUnavailable;
import dev.rookery.RookeryException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;

/**
 * The open files of a folder: its lock, the database as the writer has it, and the mark.
 *
 * @param partitions as they were found
 */
record Store(Folder folder, FolderLock lock, Session session, Mark mark, Partitions partitions)
    implements AutoCloseable {
  static final String DATABASE = "rookery.db";
  static final String MARK = "mark";

  /**
   * Opens everything.
   *
   * @param accepted whether to go on where acknowledged events are missing
   */
  static Store open(Folder folder, boolean accepted) {
    FolderLock lock = FolderLock.take(folder.path());
    try {
      return openLocked(folder, lock, accepted);
    } catch (RookeryException e) {
      lock.close();
      throw e;
    } catch (SQLException | IOException e) {
      lock.close();
      throw Failures.reading(folder, e);
    }
  }

  private static Store openLocked(Folder folder, FolderLock lock, boolean accepted)
      throws SQLException, IOException {
    folder.requireFinished();
    folder.unpackDriverHere();
    folder.removeSpools();
    Mark mark = Mark.open(folder.file(MARK));
    try {
      if (!accepted) {
        new MarkCheck(folder, mark).requireAll(recorded(folder, mark));
      }
      Session session = Session.writing(folder.file(DATABASE));
      try {
        Schema.prepare(session, folder);
        Partitions partitions = new MarkCheck(folder, mark).complete(session);
        return new Store(folder, lock, session, mark, partitions);
      } catch (RookeryException | SQLException e) {
        session.close();
        throw e;
      }
    } catch (RookeryException | SQLException | IOException e) {
      mark.close();
      throw e;
    }
  }

  /**
   * What the database holds, without touching it: a session that writes copies what it takes for
   * valid out of the write-ahead file and then removes that file, even if it only comes to refuse
   * the folder. Nothing has to be looked for where the mark says nothing.
   */
  private static Partitions recorded(Folder folder, Mark mark) throws SQLException, IOException {
    Path database = folder.file(DATABASE);
    if (mark.last().isEmpty() || Files.notExists(database) || Files.size(database) == 0) {
      return new Partitions();
    }
    try (Session session = Session.looking(database)) {
      Schema.requireKnown(session, folder);
      return Partitions.load(session);
    }
  }

  @Override
  public void close() {
    try (lock) {
      try (mark) {
        session.close();
      }
    } catch (SQLException | IOException e) {
      throw new BackendUnavailable(folder.path() + " was not closed in order: " + e, e);
    }
  }
}
