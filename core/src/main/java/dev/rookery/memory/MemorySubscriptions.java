package dev.rookery.memory;

import dev.rookery.InvalidInput;
import dev.rookery.NotFound;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.StaleClaim;
import dev.rookery.Subscription;
import dev.rookery.spi.Claim;
import dev.rookery.spi.Control;
import dev.rookery.spi.Cursor;
import dev.rookery.spi.Environment;
import dev.rookery.spi.Place;
import dev.rookery.spi.SubscriptionStore;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Subscriptions in memory, under one lock. Revisions and epochs count over the whole store, so that
 * those of a removed subscription never come again.
 */
final class MemorySubscriptions implements SubscriptionStore {
  private static final Position NO_FLOOR = new Position(Long.MAX_VALUE, Long.MAX_VALUE);

  private final Environment environment;
  private final Map<String, Control> controls = new TreeMap<>();
  private final Map<String, Map<Partition, Held>> held = new HashMap<>();
  private final Map<String, Map<String, Long>> announced = new HashMap<>();
  private final AtomicLong changes = new AtomicLong();
  private long epochs;

  /** One partition of one subscription. */
  private record Held(Cursor cursor, Claim claim) {
    Held with(Cursor newCursor) {
      return new Held(newCursor, claim);
    }

    Held with(Claim newClaim) {
      return new Held(cursor, newClaim);
    }
  }

  MemorySubscriptions(Environment environment) {
    this.environment = environment;
  }

  @Override
  public synchronized Control define(Subscription definition, Map<Partition, Place> starts) {
    String name = definition.name();
    Control known = controls.get(name);
    if (known == null || !known.definition().equals(definition)) {
      put(definition, known != null && known.paused());
    }
    Map<Partition, Held> mine = held.computeIfAbsent(name, n -> new TreeMap<>());
    starts.forEach(
        (partition, place) -> mine.computeIfAbsent(partition, p -> fresh(name, p, place)));
    return control(name);
  }

  private static Held fresh(String name, Partition partition, Place place) {
    return new Held(Cursor.at(place), new Claim(name, partition, "", 0, 0, Duration.ZERO, true));
  }

  private void put(Subscription definition, boolean paused) {
    controls.put(definition.name(), new Control(definition, paused, changes.incrementAndGet()));
  }

  private Control control(String name) {
    Control control = controls.get(name);
    if (control == null) {
      throw new NotFound("there is no subscription " + InvalidInput.shown(name));
    }
    return control;
  }

  @Override
  public synchronized Optional<Control> find(String name) {
    return Optional.ofNullable(controls.get(name));
  }

  @Override
  public synchronized List<Control> list() {
    return List.copyOf(controls.values());
  }

  @Override
  public synchronized Control pause(String name, boolean paused) {
    put(control(name).definition(), paused);
    return control(name);
  }

  @Override
  public synchronized void touch(String name) {
    Control known = controls.get(name);
    if (known != null) {
      put(known.definition(), known.paused());
    }
  }

  @Override
  public synchronized boolean remove(String name) {
    held.remove(name);
    changes.incrementAndGet();
    return controls.remove(name) != null;
  }

  @Override
  public long changes() {
    return changes.get();
  }

  @Override
  public synchronized Map<Partition, Cursor> cursors(String name) {
    Map<Partition, Cursor> cursors = new TreeMap<>();
    partitions(name).forEach((partition, mine) -> cursors.put(partition, mine.cursor));
    return cursors;
  }

  private Map<Partition, Held> partitions(String name) {
    return held.getOrDefault(name, Map.of());
  }

  @Override
  public synchronized void rewind(String name, Map<Partition, Place> to) {
    control(name);
    Map<Partition, Held> mine = partitions(name);
    to.forEach((partition, place) -> {
      Held before = mine.getOrDefault(partition, fresh(name, partition, place));
      Claim claim = before.claim;
      boolean clean = claim.released() && claim.clean();
      mine.put(partition, new Held(Cursor.at(place), next(claim, "", claim.ttl(), clean)));
    });
  }

  private Claim next(Claim claim, String owner, Duration ttl, boolean clean) {
    return new Claim(
        claim.subscription(), claim.partition(), owner, ++epochs, claim.renewals(), ttl, clean);
  }

  @Override
  public synchronized Map<Partition, Claim> claims(String name) {
    Map<Partition, Claim> claims = new TreeMap<>();
    partitions(name).forEach((partition, mine) -> claims.put(partition, mine.claim));
    return claims;
  }

  @Override
  public synchronized Optional<Claim> claim(
      String name, Partition partition, String owner, Duration ttl, Optional<Claim> seen) {
    Held mine = partitions(name).get(partition);
    if (mine == null) {
      return Optional.empty();
    }
    Claim now = mine.claim;
    boolean stoodStill =
        seen.filter(s -> s.epoch() == now.epoch() && s.renewals() == now.renewals()).isPresent();
    if (!now.released() && !now.owner().equals(owner) && !stoodStill) {
      return Optional.empty();
    }
    Claim taken = next(now, owner, ttl, now.released() && now.clean());
    partitions(name).put(partition, mine.with(taken));
    return Optional.of(taken);
  }

  @Override
  public synchronized List<Claim> renew(Collection<Claim> claims) {
    return claims.stream().filter(claim -> current(claim) != null).map(this::renewed).toList();
  }

  private Claim renewed(Claim claim) {
    Held mine = underClaim(claim);
    Claim now = mine.claim;
    Claim renewed =
        new Claim(
            now.subscription(),
            now.partition(),
            now.owner(),
            now.epoch(),
            now.renewals() + 1,
            now.ttl(),
            now.clean());
    put(mine.with(renewed));
    return renewed;
  }

  private void put(Held mine) {
    partitions(mine.claim.subscription()).put(mine.claim.partition(), mine);
  }

  @Override
  public synchronized void release(Claim claim, boolean clean) {
    Held mine = current(claim);
    if (mine != null) {
      Claim now = mine.claim;
      put(
          mine.with(
              new Claim(
                  now.subscription(),
                  now.partition(),
                  "",
                  now.epoch(),
                  now.renewals(),
                  now.ttl(),
                  clean)));
    }
  }

  @Override
  public synchronized Cursor load(Claim claim) {
    return underClaim(claim).cursor;
  }

  @Override
  public synchronized void save(Claim claim, Cursor cursor) {
    put(underClaim(claim).with(cursor));
  }

  private @Nullable Held current(Claim claim) {
    Held mine = partitions(claim.subscription()).get(claim.partition());
    return mine != null
            && !claim.released()
            && mine.claim.epoch() == claim.epoch()
            && mine.claim.owner().equals(claim.owner())
        ? mine
        : null;
  }

  private Held underClaim(Claim claim) {
    Held mine = current(claim);
    if (mine == null) {
      throw new StaleClaim(
          "the claim of %s on %s of subscription %s in epoch %d is over"
              .formatted(claim.owner(), claim.partition(), claim.subscription(), claim.epoch()));
    }
    return mine;
  }

  /**
   * Does something while the claim is held and can not be lost.
   *
   * @throws StaleClaim when it is no longer the caller's
   */
  synchronized void under(Claim claim, Runnable action) {
    underClaim(claim);
    action.run();
  }

  /** Does something with the lowest floor in a partition while no floor can change. */
  synchronized long belowFloors(
      Partition partition, Optional<String> keeper, ToLongFunction<Position> action) {
    Position kept =
        keeper
            .flatMap(name -> Optional.ofNullable(held.getOrDefault(name, Map.of()).get(partition)))
            .map(there -> there.cursor.floor().position())
            .orElse(Position.ZERO);
    Position lowest = NO_FLOOR;
    for (Map<Partition, Held> mine : held.values()) {
      Held there = mine.get(partition);
      if (there != null && lowest.isAfter(there.cursor.floor().position())) {
        lowest = there.cursor.floor().position();
      }
    }
    return action.applyAsLong(kept.isAfter(lowest) ? kept : lowest);
  }

  @Override
  public synchronized Set<String> announce(String name, String subscriber, Duration ttl) {
    long now = environment.nanoTime();
    Map<String, Long> mine = announced.computeIfAbsent(name, n -> new TreeMap<>());
    mine.values().removeIf(end -> end - now < 0);
    mine.put(subscriber, now + ttl.toNanos());
    return Set.copyOf(mine.keySet());
  }

  @Override
  public synchronized void leave(String name, String subscriber) {
    Map<String, Long> mine = announced.get(name);
    if (mine != null && mine.remove(subscriber) != null && mine.isEmpty()) {
      announced.remove(name);
    }
  }
}
