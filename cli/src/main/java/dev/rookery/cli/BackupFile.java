package dev.rookery.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * A file that gets its name only when it is whole and synced; its owner alone can read it. Closed
 * before that, it is removed; a process that is killed leaves {@code NAME.<process>.part}.
 */
final class BackupFile extends FilterOutputStream {
  private final FileChannel channel;
  private final Path part;
  private final Path file;
  private boolean finished;

  private BackupFile(FileChannel channel, Path part, Path file) {
    super(Channels.newOutputStream(channel));
    this.channel = channel;
    this.part = part;
    this.file = file;
  }

  static BackupFile beside(Path file) throws IOException {
    Path part =
        file.resolveSibling(file.getFileName() + "." + ProcessHandle.current().pid() + ".part");
    Set<StandardOpenOption> options =
        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    return new BackupFile(FileChannel.open(part, options, ownerOnly()), part, file);
  }

  private static FileAttribute<?>[] ownerOnly() {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    out.write(bytes, offset, length);
  }

  /** Syncs it and gives it its name; how many bytes it has. */
  long finish() throws IOException {
    channel.force(true);
    long bytes = channel.size();
    Files.move(part, file);
    finished = true;
    syncFolder();
    return bytes;
  }

  private void syncFolder() throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null && !System.getProperty("os.name").startsWith("Windows")) {
      try (FileChannel opened = FileChannel.open(folder, StandardOpenOption.READ)) {
        opened.force(true);
      }
    }
  }

  @Override
  public void close() throws IOException {
    try {
      if (!finished) {
        Files.deleteIfExists(part);
      }
    } finally {
      out.close();
    }
  }
}
