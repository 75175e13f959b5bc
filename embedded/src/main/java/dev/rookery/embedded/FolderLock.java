package dev.rookery.embedded;

import dev.rookery.BackendUnavailable;
import dev.rookery.FolderLocked;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The right of one process to use a folder: an operating system's lock on the file {@code lock},
 * which ends with the process however that ends. The file holds the number of the process.
 *
 * <p>POSIX forgets a process's lock when the process closes <em>any</em> descriptor of the file. So
 * the folders that this process holds are kept in a set, and the file is not even opened for one of
 * these.
 */
final class FolderLock implements AutoCloseable {
  private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

  private final Path folder;
  private final RandomAccessFile file;

  private FolderLock(Path folder, RandomAccessFile file) {
    this.folder = folder;
    this.file = file;
  }

  /**
   * Takes the lock.
   *
   * @throws FolderLocked when this or another process holds it
   */
  static FolderLock take(Path folder) {
    if (!HELD_HERE.add(folder)) {
      throw locked(folder, "this process, " + ProcessHandle.current().pid() + ",");
    }
    @Nullable RandomAccessFile file = null;
    boolean taken = false;
    try {
      file = new RandomAccessFile(folder.resolve("lock").toFile(), "rw");
      if (file.getChannel().tryLock() == null) {
        throw locked(folder, "process " + holder(folder));
      }
      file.setLength(0);
      file.write(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII));
      taken = true;
      return new FolderLock(folder, file);
    } catch (IOException e) {
      throw new BackendUnavailable("the folder " + folder + " cannot be locked: " + e, e);
    } finally {
      if (!taken) {
        letGo(folder, file);
      }
    }
  }

  private static FolderLocked locked(Path folder, String holder) {
    return new FolderLocked(
        "the folder "
            + folder
            + " is open in "
            + holder
            + " already; stop that, or let several processes share it with 'rookery serve --bus"
            + " file:"
            + folder
            + "'");
  }

  private static String holder(Path folder) throws IOException {
    String pid = Files.readString(folder.resolve("lock")).strip();
    return pid.isEmpty() ? "of unknown number" : pid;
  }

  private static void letGo(Path folder, @Nullable RandomAccessFile file) {
    try {
      if (file != null) {
        file.close();
      }
    } catch (IOException e) {
      // The descriptor is gone all the same, and the lock with it
    } finally {
      HELD_HERE.remove(folder);
    }
  }

  @Override
  public void close() {
    letGo(folder, file);
  }
}
