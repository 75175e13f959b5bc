package dev.rookery.benchmarks.load;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A folder for one measurement. */
public record ScratchFolder(Path path) implements Closeable {
  /** A new one under another. */
  public static ScratchFolder in(Path parent) throws IOException {
    Files.createDirectories(parent);
    return new ScratchFolder(Files.createTempDirectory(parent, "rookery-bench-"));
  }

  /** Removes it with all that is in it. */
  @Override
  public void close() throws IOException {
    try (Stream<Path> found = Files.walk(path)) {
      for (Path each : found.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(each);
      }
    }
  }
}
