package dev.rookery.engine;

import dev.rookery.Catalogue;
import dev.rookery.Event;
import dev.rookery.Payload;
import dev.rookery.Position;
import dev.rookery.Undecodable;
import dev.rookery.spi.Entry;

/**
 * An entry of the log as every subscription sees it: decoded, and its data in the type's present
 * version.
 */
sealed interface Seen {
  Position position();

  /** An event that can be handled. */
  record Decoded(Position position, Event event) implements Seen {}

  /** An event whose data cannot be brought to its present version. */
  record Flawed(Position position, Event event, String reason) implements Seen {}

  /** Bytes that are no event. */
  record Broken(Position position, Payload raw, String reason) implements Seen {}

  /** The one way from stored to seen: live, replay and redrive take it. */
  static Seen of(Entry entry, Catalogue catalogue) {
    return switch (entry) {
      case Entry.Broken broken -> new Broken(broken.position(), broken.raw(), broken.reason());
      case Entry.Stored stored -> of(stored.position(), stored.event(), catalogue);
    };
  }

  static Seen of(Position position, Event event, Catalogue catalogue) {
    if (event.isErased()) {
      return new Decoded(position, event);
    }
    try {
      return new Decoded(position, catalogue.upcast(event));
    } catch (Undecodable e) {
      return new Flawed(position, event, String.valueOf(e.getMessage()));
    }
  }

  /** An estimate of what it takes in memory, in bytes. */
  default int sizeBytes() {
    return switch (this) {
      case Decoded readable -> readable.event.sizeBytes();
      case Flawed flawed -> flawed.event.sizeBytes();
      case Broken broken -> 100 + broken.raw.sizeBytes();
    };
  }
}
