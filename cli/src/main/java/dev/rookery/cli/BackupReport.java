package dev.rookery.cli;

import dev.rookery.Backup;
import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.Json;
import dev.rookery.Payload;
import dev.rookery.RookeryException;
import dev.rookery.cli.terminal.Shown;
import dev.rookery.cli.terminal.Table;
import dev.rookery.cli.terminal.Terminal;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a backup or a restore did.
 *
 * @param what {@code backup} or {@code restore}
 * @param where the file or the address, without secrets
 */
record BackupReport(String what, String where, Backup.Header header, long bytes, long began) {
  static final String TYPE = "system.backup.completed";

  /** Tells the bus; a backup is whole even where that fails. */
  void announce(EventBus bus, Terminal terminal) {
    try {
      bus.publish(Draft.of(TYPE, Payload.of(json())).source("rookery"));
    } catch (RookeryException e) {
      terminal.message("done, but " + TYPE + " was not published: " + e.getMessage());
    }
  }

  ObjectNode json() {
    ObjectNode line = Json.MAPPER.createObjectNode();
    line.put("what", what).put("where", where).put("version", header.version());
    line.put("time", header.time().toString());
    header.epoch().ifPresent(epoch -> line.put("epoch", epoch));
    ObjectNode positions = line.putObject("positions");
    header
        .partitions()
        .forEach(part -> positions.put(part.partition().toString(), part.last().toString()));
    line.put("events", header.events()).put("bytes", bytes);
    return line.put("millis", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
  }

  void show(Terminal terminal, boolean asJson, boolean dryRun) {
    if (asJson) {
      terminal.line(Shown.json(json().put("dryRun", dryRun).toString()));
      return;
    }
    Table table = new Table("PARTITION", "EVENTS", "AFTER", "LAST");
    for (Backup.Part part : header.partitions()) {
      table.row(part.partition(), Shown.number(part.events()), part.after(), part.last());
    }
    table.print(terminal);
    String events = Shown.number(header.events()) + " events as of " + header.time();
    terminal.message(
        dryRun
            ? what
                + ": "
                + events
                + (bytes > 0 ? ", every line as it was written" : "")
                + "; nothing was changed"
            : what + " to " + Shown.text(where) + ": " + events + ", " + Shown.bytes(bytes));
  }
}
