package dev.rookery.engine;

import dev.rookery.Operations.Located;
import dev.rookery.Operations.Page;
import dev.rookery.Operations.ReadRequest;
import dev.rookery.Pace;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.ReplayPlan;
import dev.rookery.Start;
import dev.rookery.Subscription;
import dev.rookery.Token;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Looks at a replay's past for a while, from its beginning on, and counts what it sees. */
final class ReplayPlanning {
  private static final long LOOK_NANOS = 1_000_000_000;
  private static final int PAGE = 1_000;

  private final EngineParts parts;
  private final Subscription replay;
  private final Token end;
  private final Set<Integer> keys = new HashSet<>();
  private long matching;
  private Optional<Instant> first = Optional.empty();
  private Optional<Instant> last = Optional.empty();

  ReplayPlanning(EngineParts parts, Subscription replay, Token end) {
    this.parts = parts;
    this.replay = replay;
    this.end = end;
  }

  ReplayPlan plan() {
    List<Partition> partitions = parts.config().partitionsOf(replay.patterns());
    Map<Partition, Long> begins = new HashMap<>();
    long stored = 0;
    for (Partition each : partitions) {
      long begin = parts.call(() -> parts.place(each, replay.from()).ordinal());
      begins.put(each, begin);
      stored += Math.max(0, ordinal(each, end.positions()) - begin);
    }
    long began = parts.environment().nanoTime();
    Page page = read(replay.from());
    while (!isOver(page) && parts.environment().nanoTime() - began < LOOK_NANOS) {
      page = read(new Start.After(page.next()));
    }
    double seconds = Math.max(1e-6, (parts.environment().nanoTime() - began) / 1e9);
    long looked = 0;
    for (Partition each : partitions) {
      long upTo = Math.min(ordinal(each, page.next().positions()), ordinal(each, end.positions()));
      looked += Math.max(0, upTo - begins.getOrDefault(each, 0L));
    }
    return estimate(stored, looked, isOver(page), looked / seconds);
  }

  private long ordinal(Partition partition, Map<Partition, Position> places) {
    Position position = places.getOrDefault(partition, Position.ZERO);
    return parts.call(() -> parts.log().after(partition, position).ordinal());
  }

  private Page read(Start from) {
    Page page =
        new LogReading(parts)
            .read(new ReadRequest(replay.patterns(), replay.where(), from, PAGE, Duration.ZERO));
    page.events().stream().filter(this::isHandedOut).forEach(this::count);
    return page;
  }

  private boolean isHandedOut(Located located) {
    Position upTo = end.positions().getOrDefault(located.partition(), Position.ZERO);
    return !located.position().isAfter(upTo)
        && (replay.terms().external() || !parts.config().catalogue().isExternal(located.event()));
  }

  private void count(Located located) {
    matching++;
    keys.add(located.event().key().hashCode());
    Instant time = located.event().time();
    first = first.filter(known -> !time.isBefore(known)).or(() -> Optional.of(time));
    last = last.filter(known -> !time.isAfter(known)).or(() -> Optional.of(time));
  }

  private boolean isOver(Page page) {
    Map<Partition, Position> next = page.next().positions();
    return page.end()
        || next.entrySet().stream()
            .allMatch(at ->
                !end.positions().getOrDefault(at.getKey(), Position.ZERO).isAfter(at.getValue()));
  }

  private ReplayPlan estimate(long stored, long looked, boolean counted, double perSecond) {
    double whole = counted || looked == 0 ? 1 : (double) stored / looked;
    long events = Math.round(matching * whole);
    Pace pace = replay.terms().pace();
    double seconds = perSecond > 0 ? stored / perSecond : 0;
    if (pace.eventsPerSecond() > 0) {
      seconds = Math.max(seconds, events / pace.eventsPerSecond());
    }
    if (pace.speed() > 0 && first.isPresent() && last.isPresent()) {
      double span = Duration.between(first.get(), last.get()).toMillis() / 1e3 * whole;
      seconds = Math.max(seconds, span / pace.speed());
    }
    Duration time = Duration.ofMillis((long) (seconds * 1e3));
    return new ReplayPlan(end, stored, events, keys.size(), counted, perSecond, time);
  }
}
