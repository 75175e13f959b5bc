package dev.rookery.backup;

import dev.rookery.Backup;
import dev.rookery.spi.Piece;
import dev.rookery.spi.Snapshot;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.function.LongConsumer;

/** A backup of a store. */
public final class SnapshotBackup implements Backup {
  private final Header header;
  private final Snapshot snapshot;

  /** Takes a snapshot over, and closes it with itself. */
  public SnapshotBackup(Header header, Snapshot snapshot) {
    this.header = header;
    this.snapshot = snapshot;
  }

  @Override
  public Header header() {
    return header;
  }

  @Override
  public void writeTo(OutputStream target, LongConsumer events) throws IOException {
    BackupWriter writer = new BackupWriter(target, header);
    try {
      long written = 0;
      for (List<Piece> some = snapshot.next(); !some.isEmpty(); some = snapshot.next()) {
        writer.write(some);
        written += eventsAmong(some);
        events.accept(written);
      }
      writer.finish();
    } finally {
      writer.end();
    }
  }

  static long eventsAmong(List<Piece> pieces) {
    return pieces.stream()
        .filter(piece -> piece instanceof Piece.Stored || piece instanceof Piece.Broken)
        .count();
  }

  @Override
  public void close() {
    snapshot.close();
  }
}
