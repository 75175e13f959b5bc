package dev.rookery.engine;

import dev.rookery.DeadLetter;
import dev.rookery.Event;
import dev.rookery.InvalidInput;
import dev.rookery.NotFound;
import dev.rookery.Operations.DeadLetterFilter;
import dev.rookery.Operations.Erasure;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.PositionTrimmed;
import dev.rookery.Search;
import dev.rookery.audit.AuditRecord;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Entry;
import dev.rookery.spi.EventLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Erases what was said under one key, up to the ends of the log as they are when it begins.
 *
 * <p>The mark in the store is changed first. Whoever copies events out of the log looks at it
 * before and after, and throws away a copy that was made meanwhile: either the copy stands already
 * when it is looked for here, or its maker sees the mark. The letters go last, since an attempt
 * that failed meanwhile leaves one.
 */
final class Eraser {
  private static final int PAGE = 1_000;
  private static final int MOST_AT_ONCE = 100_000;
  private static final int LETTERS = 100;

  private final EngineParts parts;
  private final Backend backend;
  private final String key;
  private final boolean dryRun;
  private long events;
  private long before;
  private long letters;

  Eraser(EngineParts parts, String key, boolean dryRun) {
    if (key.isEmpty() || key.equals(AuditRecord.SOURCE)) {
      throw new InvalidInput("'" + InvalidInput.shown(key) + "' is no key whose events are erased");
    }
    this.parts = parts;
    this.backend = parts.backend();
    this.key = key;
    this.dryRun = dryRun;
  }

  /** Erases in one stream, or in all. */
  Erasure in(Optional<String> stream) {
    List<Partition> partitions =
        parts.config().partitions().stream()
            .filter(each -> stream.filter(name -> !name.equals(each.stream())).isEmpty())
            .toList();
    if (partitions.isEmpty()) {
      throw new NotFound(
          "there is no stream "
              + InvalidInput.shown(stream.orElse(""))
              + "; 'rookery streams' lists them");
    }
    return parts.call(() -> in(partitions));
  }

  private Erasure in(List<Partition> partitions) {
    partitions.forEach(this::erase);
    if (!dryRun) {
      parts.forgetWhatWasRead();
    }
    partitions.forEach(this::discardLetters);
    return new Erasure(events, before, letters);
  }

  private void erase(Partition partition) {
    EventLog log = backend.log();
    Position end = log.latest(partition).position();
    Position after = log.earliest(partition).position();
    List<Position> positions = new ArrayList<>();
    while (end.isAfter(after)) {
      EventLog.Found found = next(partition, after);
      found.events().stream().filter(this::isMeant).map(Entry::position).forEach(positions::add);
      if (positions.size() >= MOST_AT_ONCE) {
        erase(partition, positions);
      }
      after = found.end() ? end : found.reached();
    }
    erase(partition, positions);
  }

  private void erase(Partition partition, List<Position> positions) {
    if (!dryRun) {
      backend.log().erase(partition, key, List.copyOf(positions));
    }
    positions.clear();
  }

  private EventLog.Found next(Partition partition, Position after) {
    Search wanted = Search.ALL.key(key);
    try {
      return backend.log().search(partition, wanted, after, PAGE);
    } catch (PositionTrimmed e) {
      Position kept = backend.log().earliest(partition).position();
      return backend.log().search(partition, wanted, kept, PAGE);
    }
  }

  private boolean isMeant(Entry.Stored stored) {
    Event event = stored.event();
    if (!event.key().equals(key)) {
      return false;
    }
    if (event.isErased()) {
      before++;
    } else {
      events++;
    }
    return true;
  }

  private void discardLetters(Partition partition) {
    Optional<String> after = Optional.empty();
    while (true) {
      List<DeadLetter> page = backend.deadLetters().list(page(after));
      if (page.isEmpty()) {
        return;
      }
      List<DeadLetter> meant =
          page.stream()
              .filter(letter -> letter.partition().equals(partition) && letter.key().equals(key))
              .toList();
      letters += meant.size();
      if (!dryRun && !meant.isEmpty()) {
        backend.deadLetters().discard(meant.stream().map(DeadLetter::id).toList());
        meant.stream()
            .map(DeadLetter::subscription)
            .distinct()
            .forEach(backend.subscriptions()::touch);
      }
      after = Optional.of(page.getLast().id());
    }
  }

  private static DeadLetterFilter page(Optional<String> after) {
    DeadLetterFilter all = DeadLetterFilter.ALL;
    return new DeadLetterFilter(
        all.ids(), all.subscription(), all.type(), all.reason(), after, LETTERS);
  }
}
