package dev.rookery.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A disk of a few megabytes that lies in memory; needs the rights of root, or sudo. */
public final class SmallDisk implements AutoCloseable {
  private final Path path;
  private final Path ballast;

  private SmallDisk(Path path) {
    this.path = path;
    this.ballast = path.resolve("ballast");
  }

  /** Mounts one at a path, which is made. */
  public static SmallDisk mount(Path path, int megabytes) throws IOException, InterruptedException {
    Files.createDirectories(path);
    run("mount", "-t", "tmpfs", "-o", "mode=777,size=" + megabytes + "m", "tmpfs", path.toString());
    return new SmallDisk(path);
  }

  private static void run(String... command) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>();
    if (!System.getProperty("user.name").equals("root")) {
      words.addAll(List.of("sudo", "-n"));
    }
    words.addAll(List.of(command));
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", words) + ": " + said);
    }
  }

  /** A place on it for a log. */
  public Path log() {
    return path.resolve("log");
  }

  /** Puts something else on it, so many bytes, or to its last. */
  public void fill(long most) {
    byte[] piece = new byte[4_096];
    try (OutputStream out = Files.newOutputStream(ballast)) {
      for (long written = 0; written < most; written += piece.length) {
        out.write(piece);
      }
    } catch (IOException e) {
      // It is full
    }
  }

  /** Takes away what was put on it. */
  public void makeRoom() throws IOException {
    Files.delete(ballast);
  }

  @Override
  public void close() throws IOException {
    try {
      run("umount", path.toString());
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }
}
