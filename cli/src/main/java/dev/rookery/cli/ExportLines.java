package dev.rookery.cli;

import dev.rookery.Limits;
import dev.rookery.Operations.Located;
import dev.rookery.cli.terminal.Shown;
import dev.rookery.cli.terminal.Terminal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Writes events as lines on standard output. */
interface ExportLines {
  void add(Located located);

  /** Writes what waits. */
  void flush();

  /** One event a line, with its place. */
  static ExportLines single(Terminal terminal) {
    return new ExportLines() {
      @Override
      public void add(Located located) {
        String line =
            EventLine.json(located.partition(), located.position(), located.event()).toString();
        terminal.out().println(Shown.json(line));
      }

      @Override
      public void flush() {
        terminal.out().flush();
      }
    };
  }

  /** As many events a line as a server takes at once, of CloudEvents' form for batches. */
  static ExportLines batches(Terminal terminal, Limits limits) {
    return new Batches(terminal, limits);
  }

  /** A line is written when the next event would be too much for it. */
  final class Batches implements ExportLines {
    private final Terminal terminal;
    private final Limits limits;
    private final List<String> batch = new ArrayList<>();
    private long bytes;

    private Batches(Terminal terminal, Limits limits) {
      this.terminal = terminal;
      this.limits = limits;
    }

    @Override
    public void add(Located located) {
      String event = Shown.json(EventLine.cloudEvent(located.event()));
      int size = event.getBytes(StandardCharsets.UTF_8).length + 1;
      if (batch.size() == limits.batchEvents() || bytes + size > limits.bodyBytes() - 2) {
        write();
      }
      batch.add(event);
      bytes += size;
    }

    private void write() {
      if (!batch.isEmpty()) {
        terminal.out().println("[" + String.join(",", batch) + "]");
      }
      batch.clear();
      bytes = 0;
    }

    @Override
    public void flush() {
      write();
      terminal.out().flush();
    }
  }
}
