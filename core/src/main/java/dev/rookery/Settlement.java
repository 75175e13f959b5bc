package dev.rookery;

import java.time.Instant;

/** What the bus does about an outcome. */
public sealed interface Settlement {
  /** The event is done. */
  record Ack() implements Settlement {}

  /** The event is handed out again, not before the instant. */
  record Retry(Instant notBefore) implements Settlement {}

  /** The event is given up and kept aside. */
  record Dead(DeadLetter.Reason reason) implements Settlement {}
}
