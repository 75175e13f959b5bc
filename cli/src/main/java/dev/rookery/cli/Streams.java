package dev.rookery.cli;

import dev.rookery.EventBus;
import dev.rookery.Operations.PartitionInfo;
import dev.rookery.Position;
import dev.rookery.cli.terminal.Shown;
import dev.rookery.cli.terminal.Table;
import dev.rookery.cli.terminal.Terminal;
import dev.rookery.spi.Environment;
import java.util.List;
import picocli.CommandLine.Command;
import tools.jackson.databind.node.ObjectNode;

/** Shows what is stored. */
@Command(name = "streams")
final class Streams extends Verb {
  Streams(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() {
    try (EventBus opened = open()) {
      List<PartitionInfo> partitions = opened.operations().streams();
      if (json) {
        partitions.forEach(partition -> print(json(partition)));
      } else {
        table(partitions).print(terminal);
        ForecastLine.of(partitions, Environment.system().now()).forEach(terminal::line);
      }
      return Exit.DONE;
    }
  }

  private ObjectNode json(PartitionInfo info) {
    ObjectNode line = object();
    line.put("stream", info.partition().stream()).put("partition", info.partition().number());
    line.put("events", info.events()).put("bytes", info.bytes());
    info.first().ifPresent(first -> line.put("first", first.toString()));
    info.last().ifPresent(last -> line.put("last", last.toString()));
    info.oldest().ifPresent(oldest -> line.put("oldest", oldest.toString()));
    info.retainAge().ifPresent(age -> line.put("retainAge", age.toString()));
    info.retainBytes().ifPresent(bytes -> line.put("retainBytes", bytes));
    return line;
  }

  private static Table table(List<PartitionInfo> partitions) {
    Table table =
        new Table("PARTITION", "EVENTS", "SIZE", "FIRST", "LAST", "OLDEST", "KEPT FOR", "AT MOST");
    for (PartitionInfo info : partitions) {
      table.row(
          info.partition(),
          Shown.number(info.events()),
          Shown.bytes(info.bytes()),
          info.first().map(Position::toString).orElse("-"),
          info.last().map(Position::toString).orElse("-"),
          info.oldest().map(Object::toString).orElse("-"),
          info.retainAge().map(Shown::duration).orElse("ever"),
          info.retainBytes().map(Shown::bytes).orElse("-"));
    }
    return table;
  }
}
