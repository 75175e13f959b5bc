package dev.rookery.embedded;

import dev.rookery.BackendUnavailable;
import dev.rookery.Backup;
import dev.rookery.LogFull;
import dev.rookery.RookeryException;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Piece;
import dev.rookery.spi.Restoration;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.List;

/**
 * A folder that becomes a log.
 *
 * <p>From before the first byte to after the last sync there is a file {@code restoring} in it, and
 * while there is, nobody opens the folder: a process that is killed leaves nothing that looks
 * whole.
 */
final class RestoredFolder implements Restoration {
  /**
   * How much further the epochs of claims go on: none of those given since the backup is reused.
   */
  private static final long EPOCHS = 1_000_000;

  private final Folder folder;
  private final FolderLock lock;
  private final Session session;
  private final RestoredRows rows;
  private final Checkpoints checkpoints;
  private boolean closed;
  private boolean finished;

  private RestoredFolder(Folder folder, FolderLock lock, Session session, Backup.Header header)
      throws SQLException {
    this.folder = folder;
    this.lock = lock;
    this.session = session;
    Schema.prepare(session, folder);
    this.rows = new RestoredRows(session, header);
    this.checkpoints = new Checkpoints(session, folder.reserve());
  }

  static RestoredFolder begin(Folder folder, Backup.Header header) {
    folder.requireEmpty();
    FolderLock lock = FolderLock.take(folder.path());
    try {
      folder.requireEmpty();
      return begin(folder, lock, header);
    } catch (RookeryException e) {
      lock.close();
      throw e;
    }
  }

  private static RestoredFolder begin(Folder folder, FolderLock lock, Backup.Header header) {
    try {
      folder.unpackDriverHere();
      Files.writeString(
          folder.file(Folder.RESTORING),
          "a backup is being restored here; until it is, this is no log\n");
      sync(folder.file(Folder.RESTORING));
      sync(folder.path());
      Session session = Session.writing(folder.file(Store.DATABASE));
      try {
        return new RestoredFolder(folder, lock, session, header);
      } catch (RookeryException | SQLException e) {
        session.close();
        throw e;
      }
    } catch (SQLException | IOException e) {
      RookeryException failed = failed(folder, e);
      try {
        folder.removeUnfinished();
      } catch (IOException left) {
        failed.addSuppressed(left);
      }
      throw failed;
    }
  }

  private static RookeryException failed(Folder folder, Exception e) {
    boolean full =
        e instanceof SQLException sql
            ? Failures.isFull(sql)
            : String.valueOf(e.getMessage()).contains("No space left");
    return full
        ? new LogFull("the backup does not fit: " + folder.shortOfRoom(), e)
        : new BackendUnavailable("nothing can be restored into " + folder.path() + ": " + e, e);
  }

  @Override
  public void take(List<Piece> pieces) {
    try {
      for (Piece piece : pieces) {
        rows.add(piece);
      }
      rows.insert();
      session.commit();
      checkpoints.run(false);
    } catch (SQLException e) {
      throw failed(folder, e);
    }
  }

  @Override
  public void finish(String epoch) {
    try {
      rows.setting(Backend.EPOCH, epoch);
      HighWater.raise(session, HighWater.EPOCH, rows.greatestEpoch() + EPOCHS);
      Partitions partitions = Partitions.load(session);
      session.commit();
      rows.requireAll(partitions);
      session.close();
      try (Mark mark = Mark.open(folder.file(Store.MARK))) {
        mark.write(partitions.all());
      }
      sync(folder.file(Store.DATABASE));
      sync(folder.file(Store.MARK));
      sync(folder.path());
      Files.delete(folder.file(Folder.RESTORING));
      sync(folder.path());
      finished = true;
    } catch (SQLException | IOException e) {
      throw failed(folder, e);
    }
  }

  private static void sync(Path path) throws IOException {
    if (Files.isDirectory(path) && !System.getProperty("os.name").startsWith("Linux")) {
      return;
    }
    StandardOpenOption how =
        Files.isDirectory(path) ? StandardOpenOption.READ : StandardOpenOption.WRITE;
    try (FileChannel channel = FileChannel.open(path, how)) {
      channel.force(true);
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try (lock) {
      if (!finished) {
        session.close();
        folder.removeUnfinished();
      }
    } catch (SQLException | IOException e) {
      throw new BackendUnavailable(
          "what was restored of a backup is still in " + folder.path() + "; remove it: " + e, e);
    }
  }
}
