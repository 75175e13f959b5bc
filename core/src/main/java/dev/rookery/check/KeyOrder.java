package dev.rookery.check;

import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.check.OpenEvent.Spot;
import java.util.HashMap;
import java.util.Map;

/** The last event of each key that somebody had, against the next one. */
final class KeyOrder {
  private final Notes notes;
  private final String who;
  private final Map<Key, Last> lasts = new HashMap<>();

  private record Key(Partition partition, String key) {}

  private record Last(Position position, long seq) {}

  KeyOrder(Notes notes, String who) {
    this.notes = notes;
    this.who = who;
  }

  /** The next by the publisher's count must be the next by its position. */
  void received(OpenEvent event) {
    Spot spot = event.spot().orElseThrow();
    Last last = lasts.put(key(event, spot), new Last(spot.position(), event.seq));
    if (last != null && last.seq >= event.seq == spot.position().isAfter(last.position)) {
      disorder(event, last);
    }
  }

  /** Positions rise; an event that may be late does not count where it is. */
  void handled(OpenEvent event, boolean mayBeLate) {
    Spot spot = event.spot().orElseThrow();
    Key key = key(event, spot);
    Last last = lasts.get(key);
    if (last == null || !last.position.isAfter(spot.position())) {
      lasts.put(key, new Last(spot.position(), event.seq));
    } else if (!mayBeLate) {
      disorder(event, last);
    }
  }

  private static Key key(OpenEvent event, Spot spot) {
    return new Key(spot.partition(), event.key);
  }

  private void disorder(OpenEvent event, Last last) {
    notes.note(
        Anomaly.OUT_OF_ORDER, () -> who + " had " + event + " after that at " + last.position);
  }
}
