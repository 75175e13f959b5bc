package dev.rookery.engine;

import dev.rookery.Event;
import dev.rookery.Operations.Located;
import dev.rookery.Operations.Page;
import dev.rookery.Operations.ReadRequest;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.spi.Entry;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Reads the log without a cursor: partitions merged by the events' times, each in its own order.
 */
final class LogReading {
  private static final int BATCH = 256;
  private static final long BATCH_BYTES = 1L << 20;
  private static final long PAGE_BYTES = 4L << 20;
  private static final int MOST_LOOKED_AT = 20_000;

  private final EngineParts parts;

  LogReading(EngineParts parts) {
    this.parts = parts;
  }

  Page read(ReadRequest request) {
    Predicate<Event> interest =
        new Interest(request.patterns(), request.where(), parts.config().catalogue());
    List<Partition> partitions =
        request.patterns().isEmpty()
            ? parts.config().partitions()
            : parts.config().partitionsOf(request.patterns());
    Map<Partition, Position> from = new LinkedHashMap<>();
    parts.call(() -> {
      partitions.forEach(
          partition -> from.put(partition, parts.place(partition, request.from()).position()));
      return from;
    });
    long deadline = parts.environment().nanoTime() + request.patience().toNanos();
    while (true) {
      long seen = parts.appends().count();
      Page page = parts.call(() -> page(from, interest, request.limit()));
      long left = deadline - parts.environment().nanoTime();
      if (!page.events().isEmpty() || !page.end() || left <= 0) {
        return page;
      }
      page.next().positions().forEach(from::replace);
      try {
        boolean wakes = parts.backend().capabilities().wakes();
        parts
            .appends()
            .await(
                seen,
                wakes
                    ? left
                    : Math.min(left, parts.backend().capabilities().pollInterval().toNanos()));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return page;
      }
    }
  }

  private Page page(Map<Partition, Position> from, Predicate<Event> interest, int limit) {
    List<Source> sources = new ArrayList<>();
    from.forEach((partition, position) -> sources.add(new Source(partition, position)));
    List<Located> found = new ArrayList<>();
    long bytes = 0;
    int looked = 0;
    while (found.size() < limit && bytes < PAGE_BYTES && looked++ < MOST_LOOKED_AT) {
      Optional<Source> next = earliest(sources);
      if (next.isEmpty()) {
        break;
      }
      Entry entry = next.get().take();
      if (entry instanceof Entry.Stored stored
          && Seen.of(stored, parts.config().catalogue()) instanceof Seen.Decoded readable
          && interest.test(readable.event())) {
        found.add(new Located(next.get().partition, entry.position(), readable.event()));
        bytes += readable.event().sizeBytes();
      }
    }
    Map<Partition, Position> next = new HashMap<>();
    sources.forEach(source -> next.put(source.partition, source.position));
    return new Page(found, parts.token(next), earliest(sources).isEmpty());
  }

  private static Optional<Source> earliest(Collection<Source> sources) {
    Optional<Source> best = Optional.empty();
    for (Source source : sources) {
      Optional<Instant> time = source.time();
      if (time.isPresent()
          && (best.isEmpty() || time.get().isBefore(best.get().time().orElseThrow()))) {
        best = Optional.of(source);
      }
    }
    return best;
  }

  /** One partition being read. */
  private final class Source {
    private final Partition partition;
    private final ArrayDeque<Entry> ahead = new ArrayDeque<>();
    private Position position;
    private Position readTo;
    private boolean end;

    Source(Partition partition, Position position) {
      this.partition = partition;
      this.position = position;
      this.readTo = position;
    }

    /** The time of the next entry, empty at the end of the log. */
    Optional<Instant> time() {
      if (ahead.isEmpty() && !end) {
        ahead.addAll(parts.log().read(partition, readTo, BATCH, BATCH_BYTES));
        end = ahead.isEmpty();
        if (!end) {
          readTo = ahead.getLast().position();
        }
      }
      Entry next = ahead.peekFirst();
      return switch (next) {
        case null -> Optional.empty();
        case Entry.Stored stored -> Optional.of(stored.event().time());
        case Entry.Broken broken -> Optional.of(Instant.MIN);
      };
    }

    Entry take() {
      Entry entry = ahead.removeFirst();
      position = entry.position();
      return entry;
    }
  }
}
