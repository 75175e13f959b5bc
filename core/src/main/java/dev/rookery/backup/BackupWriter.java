package dev.rookery.backup;

import dev.rookery.Backup;
import dev.rookery.spi.Piece;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/** Writes a backup as {@link Lines}. The target is flushed at the end and stays open. */
final class BackupWriter {
  private static final int BUFFER_BYTES = 64 << 10;

  private final Lines lines = new Lines();
  private final Fast compressed;
  private final OutputStream out;
  private long pieces;

  /** Compresses quickly: the bus next to it needs the processor too. */
  private static final class Fast extends GZIPOutputStream {
    Fast(OutputStream target) throws IOException {
      super(target, BUFFER_BYTES);
      def.setLevel(1);
    }

    void end() {
      def.end();
    }
  }

  BackupWriter(OutputStream target, Backup.Header header) throws IOException {
    byte[] head = Lines.MAPPER.writeValueAsBytes(new Lines.Head(header));
    line(target, head);
    compressed = new Fast(target);
    out = new BufferedOutputStream(compressed, BUFFER_BYTES);
  }

  void write(List<Piece> some) throws IOException {
    for (Piece piece : some) {
      line(out, Lines.MAPPER.writerFor(Piece.class).writeValueAsBytes(piece));
      pieces++;
    }
  }

  private void line(OutputStream target, byte[] json) throws IOException {
    String check = lines.check(json, json.length);
    target.write((check + ' ').getBytes(StandardCharsets.US_ASCII));
    target.write(json);
    target.write('\n');
  }

  /** Says that this is all: without it a backup is not whole. */
  void finish() throws IOException {
    line(out, Lines.MAPPER.writeValueAsBytes(new Lines.End(pieces)));
    out.flush();
    compressed.finish();
    compressed.flush();
  }

  /** Lets go of memory outside the heap. */
  void end() {
    compressed.end();
  }
}
