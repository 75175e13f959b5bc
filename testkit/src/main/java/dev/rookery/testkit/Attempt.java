package dev.rookery.testkit;

import dev.rookery.Delivery;
import dev.rookery.Event;
import dev.rookery.Outcome;
import java.time.Instant;

/**
 * One call of a handler, as a {@link TestBus} saw it.
 *
 * @param begun by the bus' clock
 * @param ended by the bus' clock
 * @param outcome what the handler did, even where a fault kept it from the bus
 */
public record Attempt(Delivery delivery, Instant begun, Instant ended, Outcome outcome) {
  public Event event() {
    return delivery.event();
  }

  /** Whether the handler returned. */
  public boolean handled() {
    return outcome instanceof Outcome.Handled;
  }
}
