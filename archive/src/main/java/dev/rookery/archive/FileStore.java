package dev.rookery.archive;

import dev.rookery.BackendUnavailable;
import dev.rookery.InvalidInput;
import dev.rookery.NotFound;
import dev.rookery.spi.Environment;
import dev.rookery.spi.SegmentStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Pieces as files in a folder. One is written beside its place, synced, put into its place by a
 * rename, and the folder is synced: whenever the power goes, there is the whole file or none.
 */
final class FileStore implements SegmentStore {
  private static final String PART = ".part";

  /** Nobody writes at a file for so long; who began it is gone. */
  private static final Duration LEFT_BEHIND = Duration.ofHours(1);

  /** A piece that is being written takes seconds. */
  private static final Duration NOT_JUST_NOW = Duration.ofMinutes(1);

  private final Path folder;
  private final Environment environment;

  private FileStore(Path folder, Environment environment) {
    this.folder = folder;
    this.environment = environment;
  }

  /** Opens a folder, which is made where there is none. */
  static FileStore open(Path folder, Environment environment) {
    try {
      Files.createDirectories(folder);
      FileStore store = new FileStore(folder.toAbsolutePath().normalize(), environment);
      store.discardParts(environment.now().minus(LEFT_BEHIND));
      return store;
    } catch (IOException e) {
      throw new InvalidInput(
          "the archive "
              + folder
              + " is no folder that can be written: "
              + InvalidInput.shown(String.valueOf(e)),
          e);
    }
  }

  private void discardParts(Instant before) throws IOException {
    partsBefore(before).forEach(FileStore::discard);
  }

  /** Those that nobody wrote at since. */
  private List<Path> partsBefore(Instant time) throws IOException {
    List<Path> left = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(each -> each.toString().endsWith(PART)).toList()) {
        if (wasWritten(file).filter(time::isAfter).isPresent()) {
          left.add(file);
        }
      }
    }
    return left;
  }

  /** Empty where it got its name meanwhile. */
  private static Optional<Instant> wasWritten(Path part) throws IOException {
    try {
      return Optional.of(Files.getLastModifiedTime(part).toInstant());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  @Override
  public void put(String name, byte[] bytes) {
    Path part = folder.resolve(name + "." + environment.newId() + PART);
    try {
      write(part, bytes);
      Files.move(part, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
      sync(folder);
    } catch (IOException e) {
      discard(part);
      throw trouble("cannot be written: ", e);
    }
  }

  private static void write(Path file, byte[] bytes) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer left = ByteBuffer.wrap(bytes);
      while (left.hasRemaining()) {
        channel.write(left);
      }
      channel.force(true);
    }
  }

  private static void sync(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** What is left of a piece that was not written to its end only takes room. */
  private static void discard(Path part) {
    try {
      Files.deleteIfExists(part);
    } catch (IOException e) {
      System.getLogger(FileStore.class.getName())
          .log(System.Logger.Level.WARNING, part + " can be deleted, and was not: " + e);
    }
  }

  @Override
  public List<String> names() {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> String.valueOf(file.getFileName()))
          .filter(name -> !name.endsWith(PART))
          .toList();
    } catch (IOException e) {
      throw trouble("cannot be listed: ", e);
    }
  }

  @Override
  public Map<String, Long> sizes() {
    Map<String, Long> sizes = new HashMap<>();
    names().forEach(name -> size(name).ifPresent(size -> sizes.put(name, size)));
    return sizes;
  }

  /** Empty where somebody removed or renamed it meanwhile. */
  private Optional<Long> size(String name) {
    try {
      return Optional.of(Files.size(folder.resolve(name)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw trouble("cannot be measured: ", e);
    }
  }

  @Override
  public byte[] read(String name) {
    return read(name, Integer.MAX_VALUE - Long.BYTES);
  }

  @Override
  public byte[] read(String name, int mostBytes) {
    try (InputStream in = Files.newInputStream(folder.resolve(name))) {
      return in.readNBytes(mostBytes);
    } catch (NoSuchFileException e) {
      throw new NotFound("there is no " + place(name), e);
    } catch (IOException e) {
      throw trouble("cannot be read: ", e);
    }
  }

  @Override
  public void remove(String name) {
    try {
      if (Files.deleteIfExists(folder.resolve(name))) {
        sync(folder);
      }
    } catch (IOException e) {
      throw trouble("cannot be deleted from: ", e);
    }
  }

  @Override
  public List<String> leftovers() {
    try {
      return partsBefore(environment.now().minus(NOT_JUST_NOW)).stream()
          .map(file -> String.valueOf(file.getFileName()))
          .toList();
    } catch (IOException e) {
      throw trouble("cannot be listed: ", e);
    }
  }

  @Override
  public String renaming(String name, String to) {
    return "mv '" + place(name) + "' '" + place(to) + "'";
  }

  @Override
  public String place(String name) {
    return folder.resolve(name).toString();
  }

  @Override
  public String toString() {
    return "file:" + folder;
  }

  private BackendUnavailable trouble(String what, IOException cause) {
    return new BackendUnavailable(
        "the archive " + folder + " " + what + InvalidInput.shown(String.valueOf(cause)), cause);
  }
}
