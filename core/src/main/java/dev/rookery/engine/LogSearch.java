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
import dev.rookery.Token;
import dev.rookery.spi.Entry;
import dev.rookery.spi.EventLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Looks for events through the logs' {@link EventLog#search}, within bounds: a log without an index
 * is scanned, and nobody waits for ever.
 */
final class LogSearch {
  static final int TRACED_EVENTS = 10_000;
  private static final long PAGE_BYTES = 4L << 20;
  private static final long TRACED_BYTES = 16L << 20;
  private static final int CALLS = 500;
  private static final Duration PAGE_TIME = Duration.ofSeconds(2);
  private static final Duration TRACE_TIME = Duration.ofSeconds(6);

  private final EngineParts parts;

  LogSearch(EngineParts parts) {
    this.parts = parts;
  }

  /** What one page or one conversation may take. */
  private static final class Budget {
    private final long deadline;
    private int events;
    private long bytes;
    private int calls;

    private Budget(long deadline, int events, long bytes, int calls) {
      this.deadline = deadline;
      this.events = events;
      this.bytes = bytes;
      this.calls = calls;
    }

    private boolean isSpent(long nanoTime) {
      return events <= 0 || bytes <= 0 || calls <= 0 || deadline - nanoTime <= 0;
    }

    private void take(Event event) {
      events--;
      bytes -= event.sizeBytes();
    }
  }

  private Budget budget(int events, long bytes, int calls, Duration time) {
    return new Budget(parts.environment().nanoTime() + time.toNanos(), events, bytes, calls);
  }

  Page page(Search wanted, Start from, int limit) {
    if (limit < 1 || limit > 1_000) {
      throw new InvalidInput("the limit " + limit + " does not lie between 1 and 1000");
    }
    return look(wanted, from, budget(limit, PAGE_BYTES, CALLS, PAGE_TIME));
  }

  Trace trace(String correlation, Start from) {
    Budget budget = budget(TRACED_EVENTS, TRACED_BYTES, Integer.MAX_VALUE, TRACE_TIME);
    Page page = look(Search.ALL.correlation(correlation), from, budget);
    Optional<String> cut = page.end() ? Optional.empty() : Optional.of(why(page, budget));
    return new Trace(correlation, Conversation.of(page.events()), cut);
  }

  private static String why(Page page, Budget budget) {
    if (budget.events <= 0 || budget.bytes <= 0) {
      return "only the first " + page.events().size() + " events are shown; there may be more";
    }
    return "the log has no index of conversations and was not looked through to its end, but up to "
        + page.next().positions()
        + "; begin later, at a time or a position";
  }

  private Page look(Search wanted, Start from, Budget budget) {
    Predicate<Event> interest =
        new Interest(wanted.patterns(), wanted.where(), parts.config().catalogue());
    List<Partition> partitions =
        wanted.patterns().isEmpty()
            ? parts.config().partitions()
            : parts.config().partitionsOf(wanted.patterns());
    return parts.call(() -> {
      Map<Partition, Position> reached = new LinkedHashMap<>();
      partitions.forEach(each -> reached.put(each, parts.place(each, from).position()));
      List<Located> found = new ArrayList<>();
      boolean end = true;
      for (Partition partition : partitions) {
        end &= look(partition, wanted, interest, reached, found, budget);
      }
      return new Page(found, new Token(reached), end);
    });
  }

  /** Looks through one partition; whether to its end. */
  private boolean look(
      Partition partition,
      Search wanted,
      Predicate<Event> interest,
      Map<Partition, Position> reached,
      List<Located> found,
      Budget budget) {
    while (!budget.isSpent(parts.environment().nanoTime())) {
      budget.calls--;
      Position after = reached.getOrDefault(partition, Position.ZERO);
      EventLog.Found part = search(partition, wanted, after, Math.min(budget.events, 1_000));
      reached.put(partition, part.reached());
      for (Entry.Stored stored : part.events()) {
        Event event = shown(stored);
        if (interest.test(event)) {
          found.add(new Located(partition, stored.position(), event));
          budget.take(event);
        }
      }
      if (part.end()) {
        return true;
      }
    }
    return false;
  }

  private EventLog.Found search(Partition partition, Search wanted, Position after, int limit) {
    try {
      return parts.log().search(partition, wanted, after, limit);
    } catch (PositionTrimmed e) {
      // Trimmed while it was looked through: what is kept goes on
      Position earliest = parts.log().earliest(partition).position();
      return parts.log().search(partition, wanted, earliest, limit);
    }
  }

  /** As subscriptions see it; as it is stored where it cannot be brought to its present version. */
  private Event shown(Entry.Stored stored) {
    return Seen.of(stored, parts.config().catalogue()) instanceof Seen.Decoded readable
        ? readable.event()
        : stored.event();
  }
}
