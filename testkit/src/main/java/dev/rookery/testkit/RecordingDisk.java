package dev.rookery.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The library {@code disk.c}, which stands between a process and the kernel; needs {@code cc}. */
public final class RecordingDisk {
  private final Path library;
  private final List<String> files;

  private RecordingDisk(Path library, List<String> files) {
    this.library = library;
    this.files = List.copyOf(files);
  }

  /**
   * Which syncs are not done.
   *
   * @param file whose
   * @param error the number of the error that the program gets; with 0 it hears of none
   * @param first the first of these, counted from 1
   * @param last the last of these
   */
  public record Fault(String file, int error, long first, long last) {
    public static final Fault NONE = new Fault(".", 0, 0, -1);

    /** Answered as if it were done. */
    public static final int UNTOLD = 0;

    public static final int EIO = 5;
    public static final int ENOSPC = 28;

    /** One sync, while those after it are done: a kernel forgets what it could not sync. */
    public static Fault at(String file, int error, long number) {
      return new Fault(file, error, number, number);
    }

    /** All syncs of a file, and nobody hears of it. */
    public static Fault untold(String file) {
      return new Fault(file, UNTOLD, 1, Long.MAX_VALUE);
    }

    private String text() {
      return "%s %d %d %d".formatted(file, error, first, last);
    }
  }

  /**
   * Compiles the library in a folder.
   *
   * @param files the names of those that it watches
   */
  public static RecordingDisk compile(Path folder, List<String> files)
      throws IOException, InterruptedException {
    Path source = folder.resolve("disk.c");
    try (InputStream code = RecordingDisk.class.getResourceAsStream("disk.c")) {
      Files.copy(Objects.requireNonNull(code), source);
    }
    Path library = folder.resolve("disk.so");
    Process compiler =
        new ProcessBuilder(
                "cc", "-shared", "-fPIC", "-pthread", "-o", library.toString(), source.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(compiler.getInputStream().readAllBytes(), UTF_8);
    if (compiler.waitFor() != 0) {
      throw new IOException("disk.c cannot be compiled: " + said);
    }
    return new RecordingDisk(library, files);
  }

  /** The environment of a process whose log in this folder lies on the disk. */
  public Map<String, String> environment(Path folder, Path journal, Fault fault)
      throws IOException {
    return environment(folder.toRealPath().toString(), journal, fault);
  }

  /** The same, where the program calls the folder by this name. */
  public Map<String, String> environment(String folder, Path journal, Fault fault) {
    return Map.of(
        "LD_PRELOAD",
        library.toString(),
        "DISK_FOLDER",
        folder,
        "DISK_FILES",
        ":" + String.join(":", files) + ":",
        "DISK_JOURNAL",
        journal.toString(),
        "DISK_FAULT",
        fault.text());
  }
}
