package dev.rookery.spi;

import dev.rookery.Event;
import dev.rookery.Payload;
import dev.rookery.Position;

/** What stands at one position of a log. */
public sealed interface Entry {
  Position position();

  /** An estimate of what it takes, in bytes. */
  int sizeBytes();

  /** An event. */
  record Stored(Position position, Event event) implements Entry {
    @Override
    public int sizeBytes() {
      return event.sizeBytes();
    }
  }

  /**
   * Bytes that are no event.
   *
   * @param reason what is wrong with them, for people
   */
  record Broken(Position position, Payload raw, String reason) implements Entry {
    @Override
    public int sizeBytes() {
      return raw.sizeBytes();
    }
  }
}
