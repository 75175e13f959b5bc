package dev.rookery.redis;

import dev.rookery.EpochChanged;
import dev.rookery.InvalidInput;
import dev.rookery.NotFound;
import dev.rookery.Partition;
import dev.rookery.Start;
import dev.rookery.Subscription;
import dev.rookery.spi.Claim;
import dev.rookery.spi.Control;
import dev.rookery.spi.Cursor;
import dev.rookery.spi.Place;
import dev.rookery.spi.SubscriptionStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import redis.clients.jedis.Protocol.Command;

/**
 * Definitions in one hash; cursors and claims in the slots of their partitions.
 *
 * <p>What concerns several partitions is done one by one, in an order that makes every interruption
 * harmless and every repetition complete: a definition is there before its cursors, and goes after
 * them, so that no cursor without a definition holds back trimming for ever.
 */
final class RedisSubscriptions implements SubscriptionStore {
  private final Redis redis;
  private final Cursors cursors;
  private final NativeGroups groups;
  private final AtomicLong seenChanges = new AtomicLong();

  RedisSubscriptions(Redis redis, NativeGroups groups) {
    this.redis = redis;
    this.groups = groups;
    this.cursors = new Cursors(redis);
  }

  Cursors cursors() {
    return cursors;
  }

  NativeGroups groups() {
    return groups;
  }

  @Override
  public Control define(Subscription definition, Map<Partition, Place> starts) {
    String name = definition.name();
    boolean adopts = definition.from() instanceof Start.Group;
    if (!adopts) {
      starts.keySet().forEach(partition -> cursors.requireFreeGroup(name, partition));
    }
    Definition defined =
        change(
            name,
            known -> {
              Definition before =
                  known.orElse(new Definition(definition, false, List.of(), Definition.NEW));
              return Optional.of(before.of(definition).spreadOver(starts.keySet()));
            });
    starts.forEach((partition, place) -> {
      Optional<Adoption> adoption = adopts ? groups.find(name, partition) : Optional.empty();
      adoption.ifPresentOrElse(
          found -> cursors.adopt(name, partition, found),
          () -> cursors.begin(name, partition, place));
    });
    return defined.control();
  }

  /**
   * Changes a definition, again and again until nobody else changed it in between. What comes out
   * unchanged stays as it is; a new partition alone is no new revision.
   */
  private Definition change(
      String name, java.util.function.Function<Optional<Definition>, Optional<Definition>> change) {
    while (true) {
      Optional<String> raw = raw(name);
      Optional<Definition> known = raw.map(Definition::parse);
      Definition wanted =
          change
              .apply(known)
              .orElseThrow(
                  () -> new NotFound("there is no subscription " + InvalidInput.shown(name)));
      if (known.isPresent() && known.get().equals(wanted)) {
        return wanted;
      }
      boolean same = known.isPresent() && known.get().control().equals(wanted.control());
      Reply answer =
          redis.run(
              Call.of(Scripts.Name.CHANGE, Keys.SUBSCRIPTIONS)
                  .with(
                      name,
                      raw.isPresent() ? 1 : 0,
                      raw.orElse(""),
                      same ? "set" : "raise",
                      same ? wanted.text() : wanted.json()));
      if (!answer.isNothing()) {
        return same ? wanted : wanted.revised(answer.number());
      }
    }
  }

  private Definition changeKnown(String name, UnaryOperator<Definition> change) {
    return change(name, known -> known.map(change));
  }

  private Optional<String> raw(String name) {
    return redis.call(Command.HGET, Keys.SUBSCRIPTIONS, name).optionalText();
  }

  private Optional<Definition> definition(String name) {
    return raw(name).map(Definition::parse);
  }

  @Override
  public Optional<Control> find(String name) {
    return definition(name).map(Definition::control);
  }

  @Override
  public List<Control> list() {
    List<Control> controls = new ArrayList<>();
    redis
        .call(Command.HGETALL, Keys.SUBSCRIPTIONS)
        .fields()
        .forEach((name, text) -> {
          if (!name.isEmpty()) {
            controls.add(Definition.parse(text.text()).control());
          }
        });
    return controls;
  }

  @Override
  public Control pause(String name, boolean paused) {
    return changeKnown(name, known -> known.paused(paused)).control();
  }

  @Override
  public void touch(String name) {
    try {
      changeKnown(name, known -> known.revised(Definition.NEW));
    } catch (NotFound e) {
      // Then there is nobody who has to look
    }
  }

  @Override
  public boolean remove(String name) {
    while (true) {
      Optional<String> raw = raw(name);
      if (raw.isEmpty()) {
        return false;
      }
      Definition.parse(raw.get())
          .partitions()
          .forEach(partition -> cursors.forget(name, partition));
      Reply answer =
          redis.run(
              Call.of(Scripts.Name.CHANGE, Keys.SUBSCRIPTIONS).with(name, 1, raw.get(), "remove"));
      if (!answer.isNothing()) {
        return true;
      }
    }
  }

  /**
   * The number of changes of all definitions. It only rises: one that fell, or is gone, tells that
   * the store is not the one that it was.
   */
  @Override
  public long changes() {
    long seen = seenChanges.get(); // before asking: another thread may see more meanwhile
    Reply answer = redis.call(Command.HGET, Keys.SUBSCRIPTIONS, "");
    long changes = answer.isNothing() ? 0 : answer.number();
    seenChanges.accumulateAndGet(changes, Math::max);
    if (changes < seen) {
      throw new EpochChanged(
          redis.address()
              + " has forgotten what it knew of subscriptions: it was restarted empty or went back"
              + " to older data; open the bus again to go on with what is there");
    }
    return changes;
  }

  @Override
  public Map<Partition, Cursor> cursors(String name) {
    Map<Partition, Cursor> found = new TreeMap<>();
    partitions(name)
        .forEach(partition ->
            cursors.find(name, partition).ifPresent(cursor -> found.put(partition, cursor)));
    return found;
  }

  private List<Partition> partitions(String name) {
    return definition(name).map(Definition::partitions).orElse(List.of());
  }

  @Override
  public void rewind(String name, Map<Partition, Place> to) {
    changeKnown(name, known -> known.spreadOver(to.keySet()));
    to.forEach((partition, place) -> cursors.rewind(name, partition, place));
  }

  @Override
  public Map<Partition, Claim> claims(String name) {
    Map<Partition, Claim> claims = new TreeMap<>();
    partitions(name)
        .forEach(partition ->
            cursors.claim(name, partition).ifPresent(claim -> claims.put(partition, claim)));
    return claims;
  }

  @Override
  public Optional<Claim> claim(
      String name, Partition partition, String owner, Duration ttl, Optional<Claim> seen) {
    return cursors.take(name, partition, owner, ttl, seen);
  }

  @Override
  public List<Claim> renew(Collection<Claim> claims) {
    return claims.stream().flatMap(claim -> cursors.renew(claim).stream()).toList();
  }

  @Override
  public void release(Claim claim, boolean clean) {
    cursors.release(claim, clean);
  }

  @Override
  public Cursor load(Claim claim) {
    return cursors.load(claim);
  }

  @Override
  public void save(Claim claim, Cursor cursor) {
    cursors.save(claim, cursor);
  }

  @Override
  public Set<String> announce(String name, String subscriber, Duration ttl) {
    return redis
        .run(
            Call.of(Scripts.Name.ANNOUNCE, Keys.subscribers(name)).with(subscriber, ttl.toMillis()))
        .list()
        .stream()
        .map(Reply::text)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Override
  public void leave(String name, String subscriber) {
    redis.call(Command.ZREM, Keys.subscribers(name), subscriber);
  }
}
