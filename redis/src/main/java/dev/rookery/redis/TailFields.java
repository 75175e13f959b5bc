package dev.rookery.redis;

import dev.rookery.Catalogue;
import dev.rookery.Limits;
import dev.rookery.Payload;
import dev.rookery.Position;
import dev.rookery.spi.Entry;
import dev.rookery.spi.Tail.Last;
import java.util.ArrayList;
import java.util.List;

/**
 * An entry of a tail: the fields of an event as everywhere, or bytes that are none with what is
 * wrong with them, and the epoch before either.
 */
final class TailFields {
  private static final String EPOCH = "epoch";
  private static final String BROKEN = "broken";

  /** A catalogue that knows nothing, so that who reads need not have the same as who wrote. */
  private final EventFields events = new EventFields(new Catalogue(List.of()), Limits.STANDARD);

  List<Object> encode(long epoch, Entry entry) {
    List<Object> fields = new ArrayList<>(28);
    fields.addAll(List.of(EPOCH, epoch));
    switch (entry) {
      case Entry.Stored stored -> fields.addAll(events.encode(stored.event()));
      case Entry.Broken(Position position, Payload raw, String reason) ->
          fields.addAll(
              List.of(BROKEN, reason, "data", raw.toArray(), "content_type", raw.contentType()));
    }
    return fields;
  }

  /** The epoch of an entry, negative where it has none. */
  static long epoch(Reply entry) {
    List<Reply> fields = entry.list().get(1).list();
    return fields.size() > 1 && fields.get(0).text().equals(EPOCH) ? fields.get(1).number() : -1;
  }

  Last decode(Reply entry) {
    List<Reply> fields = entry.list().get(1).list();
    if (fields.size() > 7 && fields.get(2).text().equals(BROKEN)) {
      Position position = Ids.position(entry.list().getFirst().bytes());
      Payload raw = Payload.wrap(fields.get(7).text(), fields.get(5).bytes());
      return new Last(epoch(entry), new Entry.Broken(position, raw, fields.get(3).text()));
    }
    return new Last(epoch(entry), events.decode(entry));
  }
}
