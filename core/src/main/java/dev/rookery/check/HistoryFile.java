package dev.rookery.check;

import dev.rookery.InvalidInput;
import java.io.BufferedReader;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;

/**
 * One process's history. Each line is one write, done when the call returns: what a kill leaves is
 * whole but for a last line. An interrupt does not close it.
 */
public final class HistoryFile implements AutoCloseable {
  private final OutputStream out;
  private final LongSupplier clockMicros;

  /** A file and the line of it that is next. */
  private record Head(Path file, BufferedReader reader, HistoryLine line) {}

  /**
   * Makes the file, which must not be there yet.
   *
   * @param clockMicros the clock of the history, in microseconds, see {@link HistoryLine#atMicros}
   */
  public HistoryFile(Path file, LongSupplier clockMicros) throws IOException {
    Files.createFile(file);
    this.out = new FileOutputStream(file.toFile());
    this.clockMicros = clockMicros;
  }

  /** Appends what happened at this moment; moments rise from line to line. */
  public synchronized void append(LongFunction<HistoryLine> line) throws IOException {
    out.write(HistoryFormat.write(line.apply(clockMicros.getAsLong())));
  }

  /** The time now, on the clock of the history. */
  public long nowMicros() {
    return clockMicros.getAsLong();
  }

  @Override
  public synchronized void close() throws IOException {
    out.close();
  }

  /**
   * Gives the lines of all files in the order of time. A torn last line is passed over.
   *
   * @throws InvalidInput when another line cannot be read
   */
  public static void inOrder(List<Path> files, Consumer<HistoryLine> each) throws IOException {
    PriorityQueue<Head> heads =
        new PriorityQueue<>(
            Comparator.<Head>comparingLong(head -> head.line.atMicros())
                .thenComparing(head -> !(head.line instanceof HistoryLine.Publishing)));
    List<BufferedReader> readers = new ArrayList<>();
    try {
      for (Path file : files) {
        BufferedReader reader = Files.newBufferedReader(file);
        readers.add(reader);
        head(file, reader).ifPresent(heads::add);
      }
      for (Head head = heads.poll(); head != null; head = heads.poll()) {
        each.accept(head.line);
        head(head.file, head.reader).ifPresent(heads::add);
      }
    } finally {
      for (BufferedReader reader : readers) {
        reader.close();
      }
    }
  }

  private static Optional<Head> head(Path file, BufferedReader reader) throws IOException {
    String text = reader.readLine();
    Optional<HistoryLine> line = text == null ? Optional.empty() : HistoryFormat.read(text);
    if (text != null && line.isEmpty() && reader.readLine() != null) {
      throw new InvalidInput("a line inside " + file + " is torn: " + InvalidInput.shown(text));
    }
    return line.map(known -> new Head(file, reader, known));
  }
}
