package dev.rookery.engine;

import dev.rookery.DeadLetter;
import dev.rookery.Delivery;
import dev.rookery.Event;
import dev.rookery.Position;
import dev.rookery.spi.Cursor;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An event that a subscription has yet to settle. */
final class Pending {
  final Position position;
  final Event event;

  /** Its place in the order of the log; null for one that came back from the dead-letter store. */
  final Outstanding.@Nullable Node node;

  /** The letter that it came back from. */
  final Optional<DeadLetter> letter;

  final List<DeadLetter.Failure> failures = new ArrayList<>();

  /** Attempts that were begun and are counted. */
  int attempts;

  /** How many of the last attempts failed because of an outage. */
  int outages;

  /**
   * Whether the attempt to come is in {@link #attempts} already, because it was saved before the
   * call.
   */
  boolean counted;

  /** Whether its letter is on the way into the store. */
  boolean burying;

  /** Why it is never handed out: it is given up when its turn in its key comes. */
  @Nullable Doom doom;

  Instant notBefore = Instant.MIN;
  @Nullable Delivery running;

  /** What is wrong with an event, whatever its handler would say. */
  record Doom(DeadLetter.Reason reason, String error) {}

  private Pending(
      Position position,
      Event event,
      Outstanding.@Nullable Node node,
      Optional<DeadLetter> letter) {
    this.position = position;
    this.event = event;
    this.node = node;
    this.letter = letter;
  }

  static Pending fromLog(Position position, Event event, Outstanding.Node node) {
    return new Pending(position, event, node, Optional.empty());
  }

  static Pending fromStore(DeadLetter letter, Event event) {
    return new Pending(letter.position(), event, null, Optional.of(letter));
  }

  /** Goes on as another worker left it. */
  void resume(Cursor.Waiting waiting, Instant now) {
    attempts = waiting.attempts();
    notBefore = due(waiting, now);
    failures.addAll(waiting.failures());
  }

  /**
   * When the next attempt is due. The clock of those who wrote that down may have been ahead of
   * ours; the delay that was asked for bounds how long we wait.
   */
  static Instant due(Cursor.Waiting waiting, Instant now) {
    if (waiting.failures().isEmpty()) {
      return waiting.notBefore();
    }
    Instant failed = waiting.failures().getLast().at();
    Instant latest = now.plus(Duration.between(failed, waiting.notBefore()));
    return latest.isBefore(waiting.notBefore()) ? latest : waiting.notBefore();
  }

  Cursor.Waiting asWaiting() {
    return new Cursor.Waiting(
        attempts, notBefore.equals(Instant.MIN) ? Instant.EPOCH : notBefore, failures);
  }

  void failed(Instant now, String error) {
    failures.add(new DeadLetter.Failure(now, error));
    if (failures.size() > DeadLetter.MAX_FAILURES) {
      failures.removeFirst();
    }
  }

  /** Whether nothing speaks against handling it right behind the one before it. */
  boolean isFresh() {
    return attempts == 0
        && !burying
        && doom == null
        && letter.isEmpty()
        && !event.isErased()
        && !event.attributes().containsKey(Event.EXPIRY_TIME);
  }

  int nextAttempt() {
    return counted ? attempts : attempts + 1;
  }

  boolean isRedriven() {
    return letter.filter(l -> l.reason() != DeadLetter.Reason.PARKED).isPresent();
  }
}
