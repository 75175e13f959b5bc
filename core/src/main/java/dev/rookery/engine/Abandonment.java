package dev.rookery.engine;

import dev.rookery.Actor;
import dev.rookery.Draft;
import dev.rookery.Json;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.Published;
import dev.rookery.engine.UnreadWatch.Due;
import dev.rookery.spi.Claim;
import dev.rookery.spi.Cursor;
import dev.rookery.spi.Place;
import dev.rookery.spi.SubscriptionStore;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Gives up what nobody reads: the subscription goes on after the last event of the partitions that
 * it holds back, and what lies between is named in the audit and in an event.
 *
 * <p>It claims every partition first, as any owner does who takes over. So it can be done by one
 * process only, and not at all while somebody has a claim or takes one meanwhile.
 */
final class Abandonment {
  static final String TYPE = "system.subscription.given-up";
  private static final System.Logger LOG = System.getLogger(Abandonment.class.getName());

  private final EngineParts parts;
  private final SubscriptionStore store;
  private final AuditWriter audit;
  private final Publisher publisher;

  /** What one partition's part is: everything after one place up to another. */
  private record Skip(Claim claim, Cursor cursor, Place to) {
    Position from() {
      return cursor.floor().position();
    }

    long events() {
      long settled = cursor.settled().stream().mapToLong(Cursor.Range::count).sum();
      return to.ordinal() - cursor.floor().ordinal() - settled;
    }

    /** Dead letters stay, with what is known of them. */
    Cursor after() {
      Map<Position, Cursor.Waiting> waiting = new HashMap<>(cursor.waiting());
      waiting.keySet().removeIf(position -> position.isAfter(from()));
      return new Cursor(to, List.of(), waiting, cursor.parked(), cursor.crashes());
    }
  }

  Abandonment(EngineParts parts, AuditWriter audit, Publisher publisher) {
    this.parts = parts;
    this.store = parts.backend().subscriptions();
    this.audit = audit;
    this.publisher = publisher;
  }

  void giveUp(Due due) {
    List<Claim> mine = new ArrayList<>();
    try {
      if (parts.call(() -> claimAll(due, mine))) {
        List<Skip> skips = parts.call(() -> skips(mine, due));
        audit.perform(
            new AuditWriter.Act<>(
                "give-up", due.subscription(), ranges(skips), () -> save(skips), this::told),
            Actor.PROCESS);
        announce(due.subscription(), skips);
      }
    } finally {
      parts.call(() -> {
        mine.forEach(claim -> store.release(claim, claim.clean()));
        return mine;
      });
      parts.controls().raise();
    }
  }

  private boolean claimAll(Due due, List<Claim> mine) {
    String owner = "give-up-" + parts.environment().newId();
    for (Claim seen : new TreeMap<>(due.claims()).values()) {
      Optional<Claim> taken =
          store.claim(
              due.subscription(),
              seen.partition(),
              owner,
              parts.config().claimTtl(),
              Optional.of(seen));
      if (taken.isEmpty()) {
        return false;
      }
      mine.add(taken.get());
    }
    return true;
  }

  private List<Skip> skips(List<Claim> mine, Due due) {
    return mine.stream()
        .filter(claim -> due.held().contains(claim.partition()))
        .map(claim -> new Skip(claim, store.load(claim), parts.log().latest(claim.partition())))
        .toList();
  }

  private static Map<String, String> ranges(List<Skip> skips) {
    Map<String, String> ranges = new TreeMap<>();
    skips.forEach(skip ->
        ranges.put(skip.claim.partition().toString(), skip.from() + " > " + skip.to.position()));
    return ranges;
  }

  private Long save(List<Skip> skips) {
    return parts.call(() -> {
      skips.forEach(skip -> store.save(skip.claim, skip.after()));
      return skips.stream().mapToLong(Skip::events).sum();
    });
  }

  private Map<String, String> told(Long events) {
    return Map.of("events", Long.toString(events));
  }

  /** The audit has it already; whoever listens is told, where that can be stored. */
  private void announce(String subscription, List<Skip> skips) {
    ObjectNode data = Json.MAPPER.createObjectNode().put("subscription", subscription);
    ArrayNode all = data.putArray("partitions");
    for (Skip skip : skips) {
      Partition partition = skip.claim.partition();
      all.addObject()
          .put("stream", partition.stream())
          .put("partition", partition.number())
          .put("after", skip.from().toString())
          .put("upTo", skip.to.position().toString())
          .put("events", skip.events());
    }
    LOG.log(Level.WARNING, "given up, since nobody read it for too long: " + data);
    Draft draft = Draft.of(TYPE, data.toString()).key(subscription);
    if (publisher.publish(List.of(draft)).getFirst() instanceof Published.Rejected(var why)) {
      LOG.log(Level.WARNING, TYPE + " could not be published: " + why.getMessage());
    }
  }
}
