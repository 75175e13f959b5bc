package dev.rookery.spi;

import dev.rookery.Event;
import dev.rookery.Payload;
import dev.rookery.Position;

/** What stands at one position of a log. */
public sealed interface Entry {
  Position position();

  /** An event. */
  record Stored(Position position, Event event) implements Entry {}

  /**
   * Bytes that are no event.
   *
   * @param reason what is wrong with them, for people
   */
  record Broken(Position position, Payload raw, String reason) implements Entry {}
}
