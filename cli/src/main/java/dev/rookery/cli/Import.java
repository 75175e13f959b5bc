package dev.rookery.cli;

import dev.rookery.EventBus;
import dev.rookery.cli.terminal.Terminal;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Publishes what was exported, under its ids. */
@Command(name = "import")
final class Import extends Verb {
  private static final int GZIP = 0x1f;

  @Parameters(
      paramLabel = "FILE",
      arity = "0..1",
      description = "What 'rookery export' wrote, plain or gzip. Default: standard input.")
  private Path file = Path.of("-");

  @Option(names = "--dry-run", description = "Reads everything, and publishes nothing.")
  private boolean dryRun;

  Import(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() throws IOException {
    terminal.interruption().watch();
    try (InputStream in = input()) {
      if (dryRun) {
        return new ImportRun(terminal, busConfig().limits(), json).check(in);
      }
      try (EventBus opened = open()) {
        return new ImportRun(terminal, busConfig().limits(), json).into(opened, in);
      }
    }
  }

  private InputStream input() throws IOException {
    InputStream plain = file.equals(Path.of("-")) ? terminal.in() : Files.newInputStream(file);
    BufferedInputStream in = new BufferedInputStream(plain, 256 * 1024);
    in.mark(1);
    int first = in.read();
    in.reset();
    return first == GZIP ? new GZIPInputStream(in, 256 * 1024) : in;
  }
}
