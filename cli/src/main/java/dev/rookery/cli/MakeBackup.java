package dev.rookery.cli;

import dev.rookery.Backup;
import dev.rookery.EventBus;
import dev.rookery.PlaceTaken;
import dev.rookery.cli.terminal.Progress;
import dev.rookery.cli.terminal.Shown;
import dev.rookery.cli.terminal.Terminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Copies all that a bus holds into a file. */
@Command(name = "backup")
final class MakeBackup extends Verb {
  @Parameters(paramLabel = "TARGET", description = "The file to write; it must not be there yet.")
  private Path target = Path.of("");

  @Option(names = "--dry-run", description = "Shows what would be written, and writes nothing.")
  private boolean dryRun;

  MakeBackup(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() throws IOException {
    Path file = target.toAbsolutePath().normalize();
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new PlaceTaken(
          file + " is there already, and nothing is written over it; name another");
    }
    terminal.interruption().watch();
    long began = System.nanoTime();
    try (EventBus opened = open()) {
      Backup.Header header;
      long bytes = 0;
      try (Backup backup = opened.operations().backup()) {
        header = backup.header();
        if (!dryRun) {
          bytes = write(backup, file);
        }
      }
      BackupReport report = new BackupReport("backup", file.toString(), header, bytes, began);
      if (!dryRun) {
        report.announce(opened, terminal);
      }
      report.show(terminal, json, dryRun);
      return Exit.DONE;
    }
  }

  private long write(Backup backup, Path file) throws IOException {
    String what = "backup of " + Shown.text(address());
    try (BackupFile written = BackupFile.beside(file);
        Progress bar = new Progress(terminal, what, backup.header().events())) {
      backup.writeTo(
          written,
          events -> {
            terminal.interruption().requireNone();
            bar.at(events);
          });
      terminal.interruption().requireNone();
      return written.finish();
    }
  }
}
