package dev.rookery.backup;

import dev.rookery.Backup;
import dev.rookery.BackupDamaged;
import dev.rookery.InvalidInput;
import dev.rookery.Unsupported;
import dev.rookery.spi.Piece;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/** Reads a backup, and trusts no line before its checksum. */
public final class BackupReader implements AutoCloseable {
  private static final int BUFFER_BYTES = 64 << 10;
  private static final int DIGITS_AND_SPACE = Lines.DIGITS + 1;
  private static final int BATCH_PIECES = 1_000;
  private static final int BATCH_BYTES = 1 << 20;
  private static final byte[] END = "{\"pieces\":".getBytes(StandardCharsets.US_ASCII);

  private final InputStream source;
  private final Lines lines = new Lines();
  private final Backup.Header header;
  private InputStream in;
  private byte[] line = new byte[4_096];
  private int length;
  private long number;
  private boolean ended;

  /**
   * Reads the head.
   *
   * @throws BackupDamaged when it is none, or damaged
   */
  public BackupReader(InputStream source) throws IOException {
    this.source = source;
    this.in = new BufferedInputStream(source, BUFFER_BYTES);
    readLine();
    requireHead();
    checked();
    this.header = value(Lines.Head.class).rookeryBackup();
    if (header.version() > Backup.VERSION) {
      throw new Unsupported(
          "a newer Rookery wrote this backup (version "
              + header.version()
              + ", this one reads "
              + Backup.VERSION
              + "); use that one");
    }
  }

  private void requireHead() {
    if (!text(DIGITS_AND_SPACE, length).startsWith("{\"rookeryBackup\":")) {
      throw new BackupDamaged("this is no backup of Rookery: its first line is not that of one");
    }
  }

  public Backup.Header header() {
    return header;
  }

  /**
   * The next pieces; none at the end of a backup that is whole.
   *
   * @throws BackupDamaged when it is not
   */
  public List<Piece> next() throws IOException {
    List<Piece> pieces = new ArrayList<>();
    long bytes = 0;
    try {
      if (number == 1) {
        in = new BufferedInputStream(new GZIPInputStream(in, BUFFER_BYTES), BUFFER_BYTES);
      }
      while (!ended && pieces.size() < BATCH_PIECES && bytes < BATCH_BYTES) {
        readLine();
        checked();
        if (Arrays.equals(
            line, DIGITS_AND_SPACE, DIGITS_AND_SPACE + END.length, END, 0, END.length)) {
          end();
        } else {
          pieces.add(value(Piece.class));
          bytes += length;
        }
      }
    } catch (EOFException e) {
      throw cut(e);
    } catch (ZipException e) {
      throw damaged("cannot be unpacked", e);
    }
    return pieces;
  }

  private void end() throws IOException {
    long expected = value(Lines.End.class).pieces();
    if (expected != number - 2 || in.read() >= 0) {
      throw damaged("is not its last", null);
    }
    ended = true;
  }

  /** Reads a line with its digits. */
  private void readLine() throws IOException {
    length = 0;
    number++;
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw cut(null);
      }
      if (length == line.length) {
        if (length >= Lines.MOST_BYTES) {
          throw damaged("does not end", null);
        }
        line = Arrays.copyOf(line, 2 * length);
      }
      line[length++] = (byte) next;
    }
  }

  private void checked() {
    if (length < DIGITS_AND_SPACE) {
      throw damaged("is too short", null);
    }
    byte[] json = Arrays.copyOfRange(line, DIGITS_AND_SPACE, length);
    if (!text(0, DIGITS_AND_SPACE).equals(lines.check(json, json.length) + ' ')) {
      throw damaged("does not match its checksum", null);
    }
  }

  private String text(int from, int to) {
    return from > to ? "" : new String(line, from, to - from, StandardCharsets.UTF_8);
  }

  private <T> T value(Class<T> type) {
    try {
      T value = Lines.MAPPER.readValue(line, DIGITS_AND_SPACE, length - DIGITS_AND_SPACE, type);
      if (value == null) {
        throw damaged("is empty", null);
      }
      return value;
    } catch (JacksonException | InvalidInput | IllegalArgumentException e) {
      throw damaged(
          "cannot be read (" + InvalidInput.shown(String.valueOf(e.getMessage())) + ")", e);
    }
  }

  private BackupDamaged damaged(String how, @Nullable Throwable cause) {
    return new BackupDamaged(
        "the backup is damaged: line " + number + " " + how + "; nothing of it is used", cause);
  }

  private BackupDamaged cut(@Nullable Throwable cause) {
    return new BackupDamaged(
        "the backup is cut short: it ends in line " + number + "; nothing of it is used", cause);
  }

  @Override
  public void close() throws IOException {
    in.close();
    source.close();
  }
}
