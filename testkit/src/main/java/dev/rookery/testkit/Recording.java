package dev.rookery.testkit;

import dev.rookery.Draft;
import dev.rookery.Event;
import dev.rookery.EventBus;
import dev.rookery.InvalidInput;
import dev.rookery.Operations.Located;
import dev.rookery.Operations.Page;
import dev.rookery.Operations.ReadRequest;
import dev.rookery.Position;
import dev.rookery.Start;
import dev.rookery.Token;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A part of real traffic, to be kept as a fixture: taken from any bus, redacted, saved as lines of
 * CloudEvents, and replayed into a {@link TestBus}.
 *
 * <pre>{@code
 * Recording.of(bus, Window.of("user.**").from(Start.parse("2026-03-01T12:00:00Z")).most(500))
 *     .redacted(Redaction.with(secret).member("/author").member("/text"))
 *     .save(Path.of("src/test/resources/evening.jsonl"));
 * }</pre>
 *
 * @param events in the order of the log within each partition, partitions merged by time
 */
public record Recording(List<Event> events) {
  private static final int PAGE = 1_000;

  public Recording {
    events = List.copyOf(events);
  }

  /** Takes what a bus has stored by now. */
  public static Recording of(EventBus bus, Window window) {
    Token end = bus.operations().latest();
    List<Event> events = new ArrayList<>();
    Start from = window.from();
    while (true) {
      Page page =
          bus.operations()
              .read(
                  new ReadRequest(window.patterns(), Optional.empty(), from, PAGE, Duration.ZERO));
      for (Located located : page.events()) {
        if (isBefore(located, end) && isBefore(located, window.until())) {
          events.add(located.event());
        }
        if (events.size() == window.most()) {
          return new Recording(events);
        }
      }
      if (page.end() || reaches(page.next(), end)) {
        return new Recording(events);
      }
      from = new Start.After(page.next());
    }
  }

  private static boolean isBefore(Located located, Token end) {
    Position last = end.positions().get(located.partition());
    return last != null && !located.position().isAfter(last);
  }

  private static boolean isBefore(Located located, Optional<Instant> until) {
    return until.isEmpty() || located.event().time().isBefore(until.get());
  }

  private static boolean reaches(Token here, Token end) {
    return here.positions().entrySet().stream()
        .noneMatch(reached -> {
          Position last = end.positions().get(reached.getKey());
          return last != null && last.isAfter(reached.getValue());
        });
  }

  /** The recording without what the redaction takes away. */
  public Recording redacted(Redaction redaction) {
    return new Recording(events.stream().map(redaction::apply).toList());
  }

  /**
   * Writes the events, one CloudEvent in JSON per line, in UTF-8.
   *
   * @throws UncheckedIOException when the file cannot be written
   */
  public void save(Path file) {
    try {
      Files.write(file, events.stream().map(EventLine::write).toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads what {@link #save} has written; empty lines are passed over.
   *
   * @throws InvalidInput naming the first line that is no event
   * @throws UncheckedIOException when the file cannot be read
   */
  public static Recording load(Path file) {
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      if (!lines.get(i).isBlank()) {
        events.add(read(file, i + 1, lines.get(i)));
      }
    }
    return new Recording(events);
  }

  private static Event read(Path file, int number, String line) {
    try {
      return EventLine.read(line);
    } catch (InvalidInput e) {
      throw new InvalidInput(file + ", line " + number + ": " + e.getMessage(), e);
    }
  }

  /** The event as it is published again, later by the shift. */
  static Draft shifted(Event event, Duration shift) {
    Draft draft =
        new Draft(
            Optional.of(event.id()),
            event.type(),
            Optional.of(event.source()),
            Optional.of(event.key()),
            Optional.of(event.time().plus(shift)),
            Optional.of(event.correlation()),
            event.causation(),
            Optional.of(event.version()),
            event.data(),
            event.attributes());
    return event.expiry().map(expiry -> draft.expires(expiry.plus(shift))).orElse(draft);
  }
}
