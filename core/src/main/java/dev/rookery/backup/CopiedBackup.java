package dev.rookery.backup;

import dev.rookery.BackendUnavailable;
import dev.rookery.Backup;
import dev.rookery.spi.Piece;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * A backup that somebody else writes, as it comes. It is checked while it is copied: what is cut
 * short or changed on the way is not taken for whole.
 */
public final class CopiedBackup implements Backup {
  private final Copying copying;
  private final BackupReader reader;

  /** Copies to a target all that is read. */
  private static final class Copying extends FilterInputStream {
    private OutputStream target;

    Copying(InputStream in, OutputStream target) {
      super(in);
      this.target = target;
    }

    @Override
    public int read() throws IOException {
      int next = one();
      if (next >= 0) {
        target.write(next);
      }
      return next;
    }

    private int one() {
      try {
        return super.read();
      } catch (IOException e) {
        throw brokeOff(e);
      }
    }

    private int some(byte[] bytes, int offset, int length) {
      try {
        return super.read(bytes, offset, length);
      } catch (IOException e) {
        throw brokeOff(e);
      }
    }

    private static BackendUnavailable brokeOff(IOException e) {
      return new BackendUnavailable("the backup broke off on its way (" + e.getMessage() + ")", e);
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int count = some(bytes, offset, length);
      if (count > 0) {
        target.write(bytes, offset, count);
      }
      return count;
    }
  }

  private final ByteArrayOutputStream begun = new ByteArrayOutputStream();

  /** Reads the head; the source is closed with this. */
  public CopiedBackup(InputStream source) throws IOException {
    copying = new Copying(source, begun);
    reader = new BackupReader(copying);
  }

  @Override
  public Header header() {
    return reader.header();
  }

  @Override
  public void writeTo(OutputStream target, LongConsumer events) throws IOException {
    begun.writeTo(target);
    copying.target = target;
    long copied = 0;
    for (List<Piece> some = reader.next(); !some.isEmpty(); some = reader.next()) {
      copied += SnapshotBackup.eventsAmong(some);
      events.accept(copied);
    }
    target.flush();
  }

  @Override
  public void close() {
    try {
      reader.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
