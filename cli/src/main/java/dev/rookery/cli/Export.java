package dev.rookery.cli;

import dev.rookery.EventBus;
import dev.rookery.InvalidInput;
import dev.rookery.Search;
import dev.rookery.Start;
import dev.rookery.TypePattern;
import dev.rookery.cli.terminal.Terminal;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes what is stored as text that any program reads. */
@Command(name = "export")
final class Export extends Verb {
  /** How it is written. */
  enum Format {
    LINES,
    CLOUDEVENTS
  }

  @Parameters(
      paramLabel = "PATTERN",
      arity = "0..*",
      description = "Types to export: * is one token, ** any tail. Default: all.")
  private List<String> patterns = List.of();

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description =
          "lines: one event a line, as 'tail --json' prints it; cloudevents: a batch of CloudEvents"
              + " a line, each of which can be posted. Default: lines.")
  private Format format = Format.LINES;

  @Option(names = "--stream", paramLabel = "STREAM", description = "Of this stream only.")
  private Optional<String> stream = Optional.empty();

  @Option(names = "--key", paramLabel = "KEY", description = "Of this key only.")
  private Optional<String> key = Optional.empty();

  @Option(names = "--source", paramLabel = "SOURCE", description = "Of this source only.")
  private Optional<String> source = Optional.empty();

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description = "Events that happened then or later, such as 2026-01-31T12:00:00Z.")
  private Optional<String> since = Optional.empty();

  @Option(names = "--until", paramLabel = "TIME", description = "Events that happened before then.")
  private Optional<String> until = Optional.empty();

  @Option(
      names = "--from",
      paramLabel = "START",
      description = "Where to begin: earliest, a time, a position or a token. Default: earliest.")
  private String from = "earliest";

  Export(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() {
    Search wanted =
        new Search(
            patterns.stream().map(TypePattern::of).toList(),
            source,
            since.map(Export::time),
            until.map(Export::time),
            Optional.empty(),
            Optional.empty(),
            key,
            Optional.empty());
    Start start = Start.parse(from);
    terminal.interruption().watch();
    try (EventBus opened = open()) {
      ExportLines lines =
          format == Format.LINES
              ? ExportLines.single(terminal)
              : ExportLines.batches(terminal, busConfig().limits());
      return new ExportRun(terminal, opened.operations(), lines, stream).of(wanted, start);
    }
  }

  private static Instant time(String text) {
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeParseException e) {
      throw new InvalidInput(
          "the time '" + InvalidInput.shown(text) + "' is not like 2026-01-31T12:00:00Z", e);
    }
  }
}
