package dev.rookery.engine;

import dev.rookery.Event;
import dev.rookery.InvalidInput;
import dev.rookery.Operations.Located;
import dev.rookery.Operations.Page;
import dev.rookery.Operations.Trace;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.PositionTrimmed;
import dev.rookery.Search;
import dev.rookery.Start;
import dev.rookery.spi.Entry;
import dev.rookery.spi.EventLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Looks for events through the log's {@link EventLog#search}, within bounds: a log without an index
 * is scanned, and nobody waits for ever.
 */
final class LogSearch {
  private static final int TRACED_EVENTS = 10_000;
  private static final long TRACED_BYTES = 16L << 20;
  private static final Duration TRACE_TIME = Duration.ofSeconds(6);
  private static final long PAGE_BYTES = 4L << 20;
  private static final Duration PAGE_TIME = Duration.ofSeconds(2);
  private static final int MOST_AT_ONCE = 1_000;

  private final EngineParts parts;

  LogSearch(EngineParts parts) {
    this.parts = parts;
  }

  Page page(Search wanted, Start from, int limit) {
    if (limit < 1 || limit > 1_000) {
      throw new InvalidInput("the limit " + limit + " does not lie between 1 and 1000");
    }
    return new Look(wanted, limit, PAGE_BYTES, PAGE_TIME).from(from);
  }

  Trace trace(String correlation, Start from) {
    Search wanted = Search.ALL.correlation(correlation);
    Look look = new Look(wanted, TRACED_EVENTS, TRACED_BYTES, TRACE_TIME);
    Page page = look.from(from);
    Optional<String> cut = page.end() ? Optional.empty() : Optional.of(look.why());
    return new Trace(correlation, Conversation.of(page.events()), cut);
  }

  /** One look through the log, and what it may take. */
  private final class Look {
    private final Search wanted;
    private final Predicate<Event> interest;
    private final long deadline;
    private int room;
    private long bytes;
    private final List<Located> found = new ArrayList<>();
    private final Map<Partition, Position> reached = new LinkedHashMap<>();

    Look(Search wanted, int room, long bytes, Duration time) {
      this.wanted = wanted;
      this.interest = new Interest(wanted.patterns(), wanted.where(), parts.config().catalogue());
      this.room = room;
      this.bytes = bytes;
      this.deadline = parts.environment().nanoTime() + time.toNanos();
    }

    Page from(Start start) {
      List<Partition> partitions =
          wanted.patterns().isEmpty()
              ? parts.config().partitions()
              : parts.config().partitionsOf(wanted.patterns());
      for (Partition each : partitions) {
        reached.put(each, parts.call(() -> parts.place(each, start).position()));
      }
      boolean end = true;
      for (Partition each : partitions) {
        end &= through(each);
      }
      return new Page(found, parts.token(reached), end);
    }

    /** Looks through a partition, one call at a time; whether to its end. */
    private boolean through(Partition partition) {
      while (isRoom() && deadline - parts.environment().nanoTime() > 0) {
        Position after = reached.getOrDefault(partition, Position.ZERO);
        EventLog.Found part = parts.call(() -> search(partition, after));
        reached.put(partition, part.reached());
        part.events().forEach(stored -> take(partition, stored));
        if (part.end()) {
          return true;
        }
      }
      return false;
    }

    private boolean isRoom() {
      return room > 0 && bytes > 0;
    }

    private EventLog.Found search(Partition partition, Position after) {
      int limit = Math.min(room, MOST_AT_ONCE);
      try {
        return parts.log().search(partition, wanted, after, limit);
      } catch (PositionTrimmed e) {
        // Trimmed while it was looked through: what is kept goes on
        Position earliest = parts.log().earliest(partition).position();
        return parts.log().search(partition, wanted, earliest, limit);
      }
    }

    private void take(Partition partition, Entry.Stored stored) {
      Event event = shown(stored);
      if (interest.test(event)) {
        found.add(new Located(partition, stored.position(), event));
        room--;
        bytes -= event.sizeBytes();
      }
    }

    /** Why it did not come to the end. */
    String why() {
      if (!isRoom()) {
        return "only the first " + found.size() + " events are shown; there may be more";
      }
      return "the log was not looked through to its end in "
          + TRACE_TIME.toSeconds()
          + " s, but up to "
          + new TreeMap<>(reached)
          + "; begin later, at a time or a position";
    }
  }

  /** As subscriptions see it; as it is stored where it cannot be brought to its present version. */
  private Event shown(Entry.Stored stored) {
    return Seen.of(stored, parts.config().catalogue()) instanceof Seen.Decoded readable
        ? readable.event()
        : stored.event();
  }
}
