package dev.rookery.embedded;

import static dev.rookery.embedded.Fixture.open;
import static dev.rookery.embedded.Fixture.readAll;

import dev.rookery.Event;
import dev.rookery.RookeryException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The receipts that appenders gave, and what became of them. */
final class Receipts {
  private static final Pattern RECEIPT = Pattern.compile("(event-\\d+) (\\d+)");

  private final Map<String, Long> positions = new LinkedHashMap<>();

  /**
   * What a look at the log found.
   *
   * @param stored how many events it holds
   * @param lost how many receipts are not for one of these
   * @param wrong the receipts that do not hold
   * @param opening how long it took to open
   */
  record Verdict(long stored, long lost, List<String> wrong, Duration opening) {}

  /** Takes a line; says whether it was a receipt. */
  boolean note(String line) {
    Matcher receipt = RECEIPT.matcher(line);
    if (receipt.matches()) {
      positions.put(receipt.group(1), Long.parseLong(receipt.group(2)));
    }
    return receipt.matches();
  }

  /** These and those that are among the lines. */
  Receipts with(List<String> lines) {
    Receipts more = new Receipts();
    more.positions.putAll(positions);
    lines.forEach(more::note);
    return more;
  }

  int count() {
    return positions.size();
  }

  /** Opens the log and holds it against the receipts; a log that refuses to open holds none. */
  Verdict check(Path folder) {
    long begin = System.nanoTime();
    try (FileBackend backend = open(folder)) {
      Duration opening = Duration.ofNanos(System.nanoTime() - begin);
      List<Event> events = readAll(backend);
      List<String> wrong = wrong(events);
      long latest = backend.log().latest(Fixture.USER).ordinal();
      if (latest != events.size()) {
        wrong.add("the log says it has " + latest + " events, and has " + events.size());
      }
      long lost = wrong.stream().filter(each -> each.endsWith("is lost")).count();
      return new Verdict(events.size(), lost, wrong, opening);
    } catch (RookeryException e) {
      return new Verdict(
          0, count(), List.of(e.toString()), Duration.ofNanos(System.nanoTime() - begin));
    }
  }

  private List<String> wrong(List<Event> events) {
    List<String> wrong = new ArrayList<>();
    Map<String, Long> stored = new HashMap<>();
    for (int i = 0; i < events.size(); i++) {
      Event event = events.get(i);
      if (stored.put(event.id(), i + 1L) != null) {
        wrong.add(event.id() + " is stored twice");
      }
      if (!event.data().text().contains('"' + event.id() + '"')) {
        wrong.add(event.id() + " has the data of another");
      }
    }
    positions.forEach((id, position) -> {
      Long found = stored.get(id);
      if (found == null) {
        wrong.add(id + " is lost");
      } else if (!found.equals(position)) {
        wrong.add(id + " moved from " + position + " to " + found);
      }
    });
    return wrong;
  }
}
