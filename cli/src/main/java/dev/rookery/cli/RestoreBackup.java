package dev.rookery.cli;

import dev.rookery.Address;
import dev.rookery.Backup;
import dev.rookery.EventBus;
import dev.rookery.NotFound;
import dev.rookery.RookeryException;
import dev.rookery.backup.BackupReader;
import dev.rookery.backup.Restore;
import dev.rookery.cli.terminal.Progress;
import dev.rookery.cli.terminal.Shown;
import dev.rookery.cli.terminal.Terminal;
import dev.rookery.spi.Environment;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongConsumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a bus of a backup. */
@Command(name = "restore")
final class RestoreBackup extends Verb {
  @Parameters(paramLabel = "SOURCE", description = "The file that 'rookery backup' wrote.")
  private Path source = Path.of("");

  @Option(
      names = "--dry-run",
      description = "Checks the whole backup and shows what it holds; restores nothing.")
  private boolean dryRun;

  RestoreBackup(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() throws IOException {
    if (!Files.isRegularFile(source)) {
      throw new NotFound("there is no file " + Shown.text(source.toString()));
    }
    if (!dryRun && BusAddress.named(bus, terminal.env()).isEmpty()) {
      throw usage("--bus says where to restore to: an empty place, such as file:./restored");
    }
    terminal.interruption().watch();
    long began = System.nanoTime();
    Backup.Header header = read();
    String where = dryRun ? source.toString() : Address.parse(address()).toString();
    BackupReport report = new BackupReport("restore", where, header, Files.size(source), began);
    if (!dryRun) {
      announce(report);
    }
    report.show(terminal, json, dryRun);
    return Exit.DONE;
  }

  private Backup.Header read() throws IOException {
    try (InputStream head = Files.newInputStream(source);
        BackupReader reader = new BackupReader(head);
        InputStream in = Files.newInputStream(source);
        Progress bar = new Progress(terminal, "restore", reader.header().events())) {
      LongConsumer progress =
          events -> {
            terminal.interruption().requireNone();
            bar.at(events);
          };
      return dryRun
          ? Restore.check(in, progress)
          : Restore.run(in, Address.parse(address()), Environment.system(), progress);
    }
  }

  /** The restored bus may want a configuration that was not given; it is restored all the same. */
  private void announce(BackupReport report) {
    try (EventBus restored = open()) {
      report.announce(restored, terminal);
    } catch (RookeryException e) {
      say("restored, but " + BackupReport.TYPE + " was not published: " + e.getMessage());
    }
  }
}
