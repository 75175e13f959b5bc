package dev.rookery.engine;

import dev.rookery.DamagedLog;
import dev.rookery.DeadLetter;
import dev.rookery.Finding;
import dev.rookery.Finding.Where;
import dev.rookery.Operations.DeadLetterFilter;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Check;
import dev.rookery.spi.Control;
import dev.rookery.spi.Cursor;
import dev.rookery.spi.EventLog;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Looks whether subscriptions and dead letters agree with the log.
 *
 * <p>They move while it looks. Where the log begins is read before a cursor, since no event leaves
 * that a cursor has not passed, and where it ends is read after it.
 */
final class SubscriptionCheck {
  private static final int LETTERS = 200;

  private final Backend backend;
  private final EventLog log;
  private final Check check;
  private final Map<Partition, Position> ends = new HashMap<>();

  SubscriptionCheck(Backend backend, Check check) {
    this.backend = backend;
    this.log = backend.log();
    this.check = check;
  }

  void run(List<Partition> partitions) {
    Map<Partition, Position> begins = new HashMap<>();
    partitions.forEach(each -> begins.put(each, begin(each)));
    List<Control> all = readable("(all)", () -> backend.subscriptions().list()).orElse(List.of());
    for (Control control : all) {
      String name = control.definition().name();
      readable(name, () -> backend.subscriptions().cursors(name))
          .ifPresent(cursors ->
              new TreeMap<>(cursors)
                  .forEach((partition, cursor) -> check(name, partition, cursor, begins)));
    }
    letters();
  }

  private Position begin(Partition partition) {
    try {
      return log.earliest(partition).position();
    } catch (DamagedLog e) {
      return Position.ZERO; // What is damaged there is told of by who looks there
    }
  }

  private <T> Optional<T> readable(String name, Supplier<T> read) {
    try {
      return Optional.of(read.get());
    } catch (DamagedLog e) {
      check.found(
          Finding.damage(
              new Where.Subscription(name),
              String.valueOf(e.getMessage()),
              "restore a backup ('rookery restore FILE --bus EMPTY-PLACE'), or 'rookery remove "
                  + name
                  + "' and subscribe anew"));
      return Optional.empty();
    }
  }

  private void check(
      String name, Partition partition, Cursor cursor, Map<Partition, Position> begins) {
    Position floor = cursor.floor().position();
    Position begin = begins.getOrDefault(partition, Position.ZERO);
    Position end = log.latest(partition).position();
    ends.put(partition, end);
    if (floor.isAfter(end)) {
      rewind(
          name,
          partition,
          "it is at " + floor + ", behind the log's end at " + end + ": the log went back");
    } else if (begin.isAfter(floor)) {
      rewind(
          name,
          partition,
          "it is at " + floor + ", and what it has not read up to " + begin + " is gone");
    } else if (log.hasGaplessPositions() && cursor.floor().ordinal() != floor.high()) {
      rewind(name, partition, "it counts " + cursor.floor().ordinal() + " events up to " + floor);
    }
    ranges(name, partition, cursor, end);
    boolean beyond =
        cursor.waiting().keySet().stream().anyMatch(position -> position.isAfter(end))
            || cursor.parked().values().stream()
                .flatMap(parked -> parked.head().stream())
                .anyMatch(head -> head.position().isAfter(end));
    if (beyond && !floor.isAfter(end)) {
      rewind(name, partition, "it waits with events behind the log's end at " + end);
    }
  }

  private void ranges(String name, Partition partition, Cursor cursor, Position end) {
    Position before = cursor.floor().position();
    for (Cursor.Range range : cursor.settled()) {
      boolean rises = range.first().isAfter(before) && !range.first().isAfter(range.last());
      boolean counted =
          !log.hasGaplessPositions()
              || range.count() == range.last().high() - range.first().high() + 1;
      if (!rises || !counted || range.last().isAfter(end)) {
        rewind(
            name,
            partition,
            "what it settled from "
                + range.first()
                + " to "
                + range.last()
                + " ("
                + range.count()
                + " events) does not fit between "
                + before
                + " and "
                + end);
        return;
      }
      before = range.last();
    }
  }

  private void rewind(String name, Partition partition, String what) {
    check.found(
        Finding.damage(
            new Where.Subscription(name),
            "in " + partition + " " + what,
            "'rookery rewind " + name + " --to earliest' (or another place)"));
  }

  private void letters() {
    Set<String> known = new HashSet<>();
    DeadLetterFilter page = DeadLetterFilter.ALL;
    Optional<List<DeadLetter>> letters = page(page);
    while (letters.filter(found -> !found.isEmpty()).isPresent()) {
      letters.get().forEach(letter -> check(letter, known));
      page = page(letters.get().getLast().id());
      letters = page(page);
    }
  }

  private static DeadLetterFilter page(String after) {
    DeadLetterFilter all = DeadLetterFilter.ALL;
    return new DeadLetterFilter(
        all.ids(), all.subscription(), all.type(), all.reason(), Optional.of(after), LETTERS);
  }

  private Optional<List<DeadLetter>> page(DeadLetterFilter filter) {
    return readable(
        "dead letters" + filter.after().map(id -> " after " + id).orElse(""),
        () -> backend.deadLetters().list(filter));
  }

  private void check(DeadLetter letter, Set<String> known) {
    String command = "'rookery dead-letters discard " + letter.id() + "'";
    if (letter.event().isEmpty() && letter.raw().isEmpty()) {
      tell(letter, "holds neither an event nor bytes", command);
    }
    Position end = ends.computeIfAbsent(letter.partition(), each -> log.latest(each).position());
    if (letter.position().isAfter(end)
        && letter.position().isAfter(log.latest(letter.partition()).position())) {
      tell(letter, "is of an event behind the log's end at " + end, command);
    }
    String name = letter.subscription();
    if (name.equals(DeadLetter.STREAM_SUBSCRIPTION) || known.contains(name)) {
      return;
    }
    if (backend.subscriptions().find(name).isPresent()) {
      known.add(name);
    } else if (backend.deadLetters().find(letter.id()).isPresent()) {
      tell(letter, "is of a subscription that does not exist", command);
    }
  }

  private void tell(DeadLetter letter, String what, String command) {
    check.found(
        Finding.damage(
            new Where.Subscription(letter.subscription()),
            "its dead letter " + letter.id() + " " + what,
            command));
  }
}
