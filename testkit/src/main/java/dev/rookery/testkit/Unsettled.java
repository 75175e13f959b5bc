package dev.rookery.testkit;

import dev.rookery.DeadLetter;
import dev.rookery.Event;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.Subscription;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Cursor;
import dev.rookery.spi.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a subscription has yet to settle, as the store knows it. What is held behind a dead letter
 * is at rest: only an operator moves it.
 */
record Unsettled(Backend backend, Subscription subscription) {
  private static final int MOST_NAMED = 5;
  private static final int MOST_READ = 1_000;

  /** Whether the store says of every event that it is settled, and nothing was asked for again. */
  boolean isEmpty() {
    return backend.subscriptions().cursors(subscription.name()).entrySet().stream()
        .allMatch(entry -> isSettled(entry.getKey(), entry.getValue()));
  }

  private boolean isSettled(Partition partition, Cursor cursor) {
    Position last = backend.log().latest(partition).position();
    return !last.isAfter(cursor.floor().position())
        && parkedKeys(partition, cursor).isEmpty()
        && backend.deadLetters().redriving(subscription.name(), partition, 1).isEmpty();
  }

  /** The parked keys that are not held. */
  private Set<String> parkedKeys(Partition partition, Cursor cursor) {
    Set<String> keys = new TreeSet<>(cursor.parked().keySet());
    keys.addAll(backend.deadLetters().parked(subscription.name(), partition).keySet());
    keys.removeIf(key -> isHeld(cursor, key));
    return keys;
  }

  private static boolean isHeld(Cursor cursor, String key) {
    Cursor.Parked parked = cursor.parked().get(key);
    return parked != null && parked.held();
  }

  /** The events, one line each, a few of them. */
  List<String> describe() {
    List<String> lines = new ArrayList<>();
    backend
        .subscriptions()
        .cursors(subscription.name())
        .forEach((partition, cursor) -> {
          lines.addAll(inTheLog(partition, cursor));
          lines.addAll(putAside(partition, cursor));
        });
    return lines.size() <= MOST_NAMED ? lines : lines.subList(0, MOST_NAMED);
  }

  private List<String> inTheLog(Partition partition, Cursor cursor) {
    return backend
        .log()
        .read(partition, cursor.floor().position(), MOST_READ, Long.MAX_VALUE)
        .stream()
        .filter(entry -> !isSettled(cursor, entry.position()))
        .filter(Entry.Stored.class::isInstance)
        .map(Entry.Stored.class::cast)
        .filter(entry -> matches(entry.event()))
        .map(entry -> name(entry.event()) + standing(cursor.waiting().get(entry.position())))
        .toList();
  }

  private static boolean isSettled(Cursor cursor, Position position) {
    return cursor.settled().stream()
        .anyMatch(range -> !range.first().isAfter(position) && !position.isAfter(range.last()));
  }

  private boolean matches(Event event) {
    return subscription.patterns().stream().anyMatch(pattern -> pattern.matches(event.type()));
  }

  private List<String> putAside(Partition partition, Cursor cursor) {
    List<String> lines = new ArrayList<>();
    for (String key : parkedKeys(partition, cursor)) {
      Optional<Cursor.Waiting> head =
          Optional.ofNullable(cursor.parked().get(key))
              .flatMap(Cursor.Parked::head)
              .map(Cursor.Head::state);
      String standing = head.map(Unsettled::standing).orElse(" is put aside");
      for (DeadLetter letter : parked(partition, key)) {
        lines.add(letter.event().map(Unsettled::name).orElse(letter.id()) + standing);
        standing = " waits behind an earlier event of its key";
      }
    }
    return lines;
  }

  private List<DeadLetter> parked(Partition partition, String key) {
    return backend
        .deadLetters()
        .ofKey(subscription.name(), partition, key, Position.ZERO, MOST_NAMED)
        .stream()
        .filter(letter -> letter.reason() == DeadLetter.Reason.PARKED)
        .toList();
  }

  static String name(Event event) {
    return "event " + event.id() + " (" + event.type() + ", key " + event.key() + ")";
  }

  private static String standing(Cursor.@Nullable Waiting waiting) {
    if (waiting == null) {
      return " is not settled";
    }
    return " waits until "
        + waiting.notBefore()
        + " after "
        + waiting.attempts()
        + (waiting.attempts() == 1 ? " attempt" : " attempts")
        + (waiting.failures().isEmpty() ? "" : ": " + waiting.failures().getLast().error());
  }
}
