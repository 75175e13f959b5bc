package dev.rookery.cli;

import dev.rookery.InvalidInput;
import dev.rookery.NotFound;
import dev.rookery.Operations;
import dev.rookery.Operations.Located;
import dev.rookery.Operations.Page;
import dev.rookery.Operations.PartitionInfo;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.Search;
import dev.rookery.Start;
import dev.rookery.cli.terminal.Progress;
import dev.rookery.cli.terminal.Shown;
import dev.rookery.cli.terminal.Terminal;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes what is looked for, from a place up to what was the end when it began: events that are
 * published meanwhile are left out, in every partition.
 */
final class ExportRun {
  private static final int PAGE = 1_000;

  private final Terminal terminal;
  private final Operations operations;
  private final ExportLines lines;
  private final Optional<String> stream;
  private final Map<Partition, Position> ends;
  private long written;

  ExportRun(Terminal terminal, Operations operations, ExportLines lines, Optional<String> stream) {
    this.terminal = terminal;
    this.operations = operations;
    this.lines = lines;
    this.stream = stream;
    this.ends = operations.latest().positions();
  }

  int of(Search wanted, Start from) {
    List<PartitionInfo> partitions =
        operations.streams().stream().filter(info -> isMeant(info.partition())).toList();
    if (partitions.isEmpty()) {
      throw new NotFound(
          "there is no stream "
              + InvalidInput.shown(stream.orElse(""))
              + "; 'rookery streams' lists them");
    }
    long stored = partitions.stream().mapToLong(PartitionInfo::events).sum();
    boolean whole = wanted.equals(Search.ALL) && from instanceof Start.Earliest;
    try (Progress bar = new Progress(terminal, "export", whole ? stored : 0)) {
      return write(wanted, from, bar);
    }
  }

  private int write(Search wanted, Start from, Progress bar) {
    Start next = from;
    while (true) {
      Page page = operations.search(wanted, next, PAGE);
      page.events().stream().filter(this::isBeforeTheEnd).forEach(this::write);
      bar.at(written);
      if (terminal.interruption().isRequested()) {
        lines.flush();
        terminal.message("cancelled; 'rookery export --from " + page.next() + "' goes on");
        return Exit.INTERRUPTED;
      }
      if (page.end() || isPast(page.next().positions()) || terminal.isGone()) {
        lines.flush();
        terminal.message(Shown.number(written) + " events exported");
        return Exit.DONE;
      }
      next = new Start.After(page.next());
    }
  }

  private boolean isMeant(Partition partition) {
    return stream.filter(name -> !name.equals(partition.stream())).isEmpty();
  }

  private boolean isBeforeTheEnd(Located located) {
    return isMeant(located.partition())
        && !located.position().isAfter(ends.getOrDefault(located.partition(), Position.ZERO));
  }

  private boolean isPast(Map<Partition, Position> reached) {
    return ends.entrySet().stream()
        .allMatch(
            end -> !end.getValue().isAfter(reached.getOrDefault(end.getKey(), Position.ZERO)));
  }

  private void write(Located located) {
    lines.add(located);
    written++;
  }
}
