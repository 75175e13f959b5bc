package dev.rookery.cli.demo;

import dev.rookery.check.HistoryFormat;
import dev.rookery.check.HistoryLine;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.LongFunction;

/**
 * One process's history. Each line is one write, done when the call returns: what a kill leaves is
 * whole but for a last line.
 */
final class HistoryFile implements AutoCloseable {
  private final OutputStream out;

  HistoryFile(Path file) throws IOException {
    out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  /** Appends what happened at this moment; moments rise from line to line. */
  synchronized void append(LongFunction<HistoryLine> line) throws IOException {
    out.write(HistoryFormat.write(line.apply(nowMicros())));
  }

  static long nowMicros() {
    return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
