package dev.rookery.spi;

import dev.rookery.Durability;
import dev.rookery.Position;

/** What became of one append. */
public sealed interface Appended {
  Position position();

  /** It is stored now, at this position. */
  record Stored(Position position, Durability durability) implements Appended {}

  /** The same event was stored before, at this position. */
  record Duplicate(Position position, Durability durability) implements Appended {}

  /**
   * An event with its source and id, but other content, was stored before at this position; it is
   * not stored.
   */
  record Conflict(Position position) implements Appended {}
}
