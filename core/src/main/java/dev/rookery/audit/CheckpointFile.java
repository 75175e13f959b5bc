package dev.rookery.audit;

import dev.rookery.AuditKey;
import dev.rookery.InvalidInput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/** A file that holds one checkpoint; a later one takes the place of the earlier, whole. */
public record CheckpointFile(Path path) {

  /**
   * Reads it.
   *
   * @return empty when none of the keys sealed what it holds
   * @throws InvalidInput when it cannot be read or holds no checkpoint
   */
  public Optional<Checkpoint> read(List<AuditKey> keys) {
    try {
      String line = Files.readString(path);
      return Checkpoint.read(line, keys.isEmpty() ? List.of(AuditKey.NONE) : keys);
    } catch (IOException e) {
      throw new InvalidInput("the checkpoint " + path + " cannot be read", e);
    }
  }

  /** Writes it, synced. */
  public void write(String line) throws IOException {
    Path part =
        path.resolveSibling(path.getFileName() + "." + ProcessHandle.current().pid() + ".part");
    try (FileChannel file =
        FileChannel.open(
            part,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        file.write(bytes);
      }
      file.force(true);
    }
    Files.move(part, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
