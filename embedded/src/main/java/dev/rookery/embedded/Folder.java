package dev.rookery.embedded;

import dev.rookery.BackendUnavailable;
import dev.rookery.InvalidInput;
import dev.rookery.PlaceTaken;
import dev.rookery.RestoreUnfinished;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The folder that holds a log, and the disk under it. */
final class Folder {
  private static final long MIB = 1024 * 1024;

  /**
   * Kept free of events, so that cursors, trimming and checkpoints go on when the disk is full; an
   * eighth of a small disk.
   */
  private static final long RESERVE = 64 * MIB;

  private static final long LOW = 1024 * MIB;
  private static final Set<String> IN_MEMORY = Set.of("tmpfs", "ramfs");
  private static final Set<String> ON_NETWORK = Set.of("nfs", "nfs4", "cifs", "smb3", "smbfs");

  /** There while a backup is being restored. */
  static final String RESTORING = "restoring";

  /** What an empty folder may hold. */
  private static final Set<String> HARMLESS = Set.of("lock", "lost+found");

  private final Path path;
  private final FileStore disk;
  private final long reserve;

  private Folder(Path path, FileStore disk, long reserve) {
    this.path = path;
    this.disk = disk;
    this.reserve = reserve;
  }

  /** The folder with another part of the disk kept free of events. */
  Folder reserving(long bytes) {
    return new Folder(path, disk, bytes);
  }

  /** The folder of an address, made where it is missing, for its owner only. */
  static Folder open(String address) {
    try {
      if (address.isEmpty()) {
        throw new InvalidInput("file: names no folder; it looks like file:./data");
      }
      Path path = Path.of(address).toAbsolutePath().normalize();
      make(path);
      FileStore disk = Files.getFileStore(path);
      return new Folder(path.toRealPath(), disk, Math.min(RESERVE, disk.getTotalSpace() / 8));
    } catch (InvalidPathException e) {
      throw new InvalidInput("'" + InvalidInput.shown(address) + "' is no folder", e);
    } catch (IOException e) {
      throw new BackendUnavailable("the folder " + address + " cannot be used: " + e, e);
    }
  }

  /** Makes the folder and those above it, each known to the disk before anything is put in it. */
  private static void make(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      return;
    }
    Path parent = path.getParent();
    if (parent == null) {
      throw new NotDirectoryException(path.toString());
    }
    make(parent);
    Files.createDirectories(path, ownerOnly());
    if (isPosix()) {
      try (FileChannel entries = FileChannel.open(parent)) {
        entries.force(true);
      }
    }
  }

  private static boolean isPosix() {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
  }

  private static FileAttribute<?>[] ownerOnly() {
    return isPosix()
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
        }
        : new FileAttribute<?>[0];
  }

  Path path() {
    return path;
  }

  Path file(String name) {
    return path.resolve(name);
  }

  /**
   * Holds that nothing is in it.
   *
   * @throws PlaceTaken when something is
   */
  void requireEmpty() {
    List<String> present = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
      files.forEach(file -> present.add(file.getFileName().toString()));
    } catch (IOException e) {
      throw new BackendUnavailable("the folder " + path + " cannot be looked into: " + e, e);
    }
    present.removeAll(HARMLESS);
    if (!present.isEmpty()) {
      throw new PlaceTaken(
          "the folder "
              + path
              + " is not empty: it has "
              + InvalidInput.shown(present.getFirst())
              + (present.contains(RESTORING) ? ", and a restore that never ended" : "")
              + "; name a new folder, or move away what is there");
    }
  }

  /**
   * Holds that it is not what a restore left that never ended.
   *
   * @throws RestoreUnfinished when it is
   */
  void requireFinished() {
    if (Files.exists(file(RESTORING))) {
      throw new RestoreUnfinished(
          "a restore into "
              + path
              + " began and never ended; remove the folder and restore the backup once more");
    }
  }

  /** Removes what a restore put there, its sign last. */
  void removeUnfinished() throws IOException {
    for (String name : List.of("", "-wal", "-shm", "-journal")) {
      Files.deleteIfExists(file(Store.DATABASE + name));
    }
    Files.deleteIfExists(file(Store.MARK));
    Files.deleteIfExists(file("lock"));
    Files.deleteIfExists(file(RESTORING));
  }

  /** Removes the letters that killed processes left when they made a backup. */
  void removeSpools() throws IOException {
    remove(LetterSpool.PREFIX + "*.tmp");
  }

  /** The driver unpacks its native part; a folder that all can write to is no place for it. */
  void unpackDriverHere() throws IOException {
    if (System.getProperty("org.sqlite.tmpdir") == null) {
      remove("sqlite-*-*sqlitejdbc.*");
      System.setProperty("org.sqlite.tmpdir", path.toString());
    }
  }

  /** Removes what killed processes left. */
  private void remove(String glob) throws IOException {
    try (DirectoryStream<Path> left = Files.newDirectoryStream(path, glob)) {
      for (Path file : left) {
        Files.delete(file);
      }
    }
  }

  /** What is kept free of events. */
  long reserve() {
    return reserve;
  }

  /** The bytes that the disk has for events. */
  long room() {
    return free() - reserve;
  }

  /**
   * The bytes that there are for events when the disk has none, but the database has pages that
   * trimming emptied; its write-ahead file needs a part of the reserve then.
   */
  long roomWithin(long emptied) {
    return free() > reserve / 4 ? emptied - reserve : 0;
  }

  String shortOfRoom() {
    return "the disk of "
        + path
        + " has "
        + free() / MIB
        + " MiB left, and the last "
        + reserve / MIB
        + " MiB are not for events; make room there, or shorten what the streams keep";
  }

  private long free() {
    try {
      return disk.getUsableSpace();
    } catch (IOException e) {
      return Long.MAX_VALUE;
    }
  }

  List<String> weaknesses() {
    List<String> found = new ArrayList<>();
    if (IN_MEMORY.contains(disk.type())) {
      found.add(path + " lies in memory (" + disk.type() + "): a power cut loses everything");
    }
    if (ON_NETWORK.contains(disk.type())) {
      found.add(
          path
              + " lies on a network file system ("
              + disk.type()
              + "): its locks and syncs may not be what they say");
    }
    if (free() < LOW) {
      found.add("the disk of " + path + " has only " + free() / MIB + " MiB left");
    }
    return found;
  }
}
