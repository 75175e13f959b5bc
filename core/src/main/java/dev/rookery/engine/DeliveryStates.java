package dev.rookery.engine;

import dev.rookery.Catalogue;
import dev.rookery.DeadLetter;
import dev.rookery.Event;
import dev.rookery.Operations.DeliveryState;
import dev.rookery.Operations.Located;
import dev.rookery.Position;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Control;
import dev.rookery.spi.Cursor;
import java.util.List;
import java.util.Optional;

/**
 * What became of an event in each subscription, told from definitions, cursors and dead letters:
 * nothing is stored per delivery.
 */
final class DeliveryStates {
  private final Backend backend;
  private final Catalogue catalogue;

  DeliveryStates(Backend backend, Catalogue catalogue) {
    this.backend = backend;
    this.catalogue = catalogue;
  }

  List<DeliveryState> of(Located located) {
    return backend.subscriptions().list().stream().map(control -> state(control, located)).toList();
  }

  private DeliveryState state(Control control, Located located) {
    String name = control.definition().name();
    Cursor cursor = backend.subscriptions().cursors(name).get(located.partition());
    if (cursor == null || !Interest.of(control.definition(), catalogue).test(seen(located))) {
      return DeliveryState.of(name, "not matched");
    }
    String id = DeadLetter.idOf(name, located.partition(), located.position());
    Optional<Cursor.Waiting> attempts = attempts(cursor, located);
    return backend
        .deadLetters()
        .find(id)
        .map(letter -> ofLetter(letter, attempts))
        .orElseGet(() -> ofCursor(name, cursor, located.position(), attempts));
  }

  /** The event as the subscription's condition saw it. */
  private Event seen(Located located) {
    return Seen.of(located.position(), located.event(), catalogue) instanceof Seen.Decoded readable
        ? readable.event()
        : located.event();
  }

  private static Optional<Cursor.Waiting> attempts(Cursor cursor, Located located) {
    Position position = located.position();
    return Optional.ofNullable(cursor.waiting().get(position))
        .or(() ->
            Optional.ofNullable(cursor.parked().get(located.event().key()))
                .flatMap(Cursor.Parked::head)
                .filter(head -> head.position().equals(position))
                .map(Cursor.Head::state));
  }

  private static DeliveryState ofLetter(DeadLetter letter, Optional<Cursor.Waiting> attempts) {
    String state =
        letter.state() == DeadLetter.State.REDRIVING
            ? "waiting"
            : letter.reason() == DeadLetter.Reason.PARKED ? "parked" : "dead";
    return new DeliveryState(
        letter.subscription(),
        state,
        attempts.map(Cursor.Waiting::attempts).orElse(letter.attempts()),
        attempts.map(Cursor.Waiting::notBefore),
        Optional.of(letter.id()),
        attempts.map(Cursor.Waiting::failures).orElse(letter.failures()));
  }

  private static DeliveryState ofCursor(
      String name, Cursor cursor, Position position, Optional<Cursor.Waiting> attempts) {
    if (cursor.isSettled(position)) {
      return DeliveryState.of(name, "handled");
    }
    return attempts
        .map(waiting ->
            new DeliveryState(
                name,
                "waiting",
                waiting.attempts(),
                Optional.of(waiting.notBefore()),
                Optional.empty(),
                waiting.failures()))
        .orElseGet(() -> DeliveryState.of(name, "unread"));
  }
}
