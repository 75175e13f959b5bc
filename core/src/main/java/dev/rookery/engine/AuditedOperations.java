package dev.rookery.engine;

import dev.rookery.Actor;
import dev.rookery.Backup;
import dev.rookery.DeadLetter;
import dev.rookery.Finding;
import dev.rookery.Finding.Remedy;
import dev.rookery.Operations;
import dev.rookery.ReplayPlan;
import dev.rookery.ReplayTerms;
import dev.rookery.Search;
import dev.rookery.Start;
import dev.rookery.Subscription;
import dev.rookery.Token;
import dev.rookery.TypePattern;
import dev.rookery.engine.AuditWriter.Act;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Operations on somebody's behalf, whose acts are audited. What only looks goes straight on. */
record AuditedOperations(Operations plain, AuditWriter audit, DeliveryAudit deliveries, Actor actor)
    implements Operations {
  private static final int NAMED = 20;

  @Override
  public Operations by(Actor other) {
    return new AuditedOperations(plain, audit, deliveries, other);
  }

  // ---- acts

  @Override
  public void pause(String subscription) {
    audit.perform(Act.of("pause", subscription, () -> plain.pause(subscription)), actor);
  }

  @Override
  public void resume(String subscription) {
    audit.perform(Act.of("resume", subscription, () -> plain.resume(subscription)), actor);
  }

  @Override
  public void remove(String subscription) {
    audit.perform(Act.of("remove", subscription, () -> plain.remove(subscription)), actor);
  }

  @Override
  public List<Move> rewind(String subscription, Start to, ReplayTerms terms, boolean dryRun) {
    if (dryRun) {
      return plain.rewind(subscription, to, terms, true);
    }
    return audit.perform(
        new Act<>(
            "rewind",
            subscription,
            terms.external() ? Map.of("to", to.text(), "external", "yes") : Map.of("to", to.text()),
            () -> plain.rewind(subscription, to, terms, false),
            AuditedOperations::moves),
        actor);
  }

  private static Map<String, String> moves(List<Move> moves) {
    return moves.stream()
        .collect(
            Collectors.toMap(
                move -> move.partition().toString(), move -> move.from() + " > " + move.to()));
  }

  @Override
  public int redrive(DeadLetterFilter filter) {
    return onLetters("redrive", filter, plain::redrive);
  }

  @Override
  public int discard(DeadLetterFilter filter) {
    return onLetters("discard", filter, plain::discard);
  }

  private int onLetters(
      String name, DeadLetterFilter filter, Function<DeadLetterFilter, Integer> verb) {
    return audit.perform(
        new Act<>(
            name,
            filter.subscription().orElse(""),
            said(filter),
            () -> verb.apply(filter),
            count -> Map.of("count", Integer.toString(count))),
        actor);
  }

  private static Map<String, String> said(DeadLetterFilter filter) {
    Map<String, String> said = new HashMap<>();
    if (!filter.ids().isEmpty()) {
      int more = filter.ids().size() - NAMED;
      String named = filter.ids().stream().limit(NAMED).collect(Collectors.joining(" "));
      said.put("ids", more > 0 ? named + " and " + more + " more" : named);
    }
    filter.type().map(TypePattern::text).ifPresent(type -> said.put("type", type));
    filter.reason().ifPresent(reason -> said.put("reason", reason.toString()));
    return said;
  }

  @Override
  public Erasure erase(String key, Optional<String> stream, boolean dryRun) {
    if (dryRun) {
      return plain.erase(key, stream, true);
    }
    return audit.perform(
        new Act<>(
            "erase",
            key,
            stream.map(name -> Map.of("stream", name)).orElse(Map.of()),
            () -> plain.erase(key, stream, false),
            AuditedOperations::counts),
        actor);
  }

  private static Map<String, String> counts(Erasure erased) {
    return Map.of(
        "events", Long.toString(erased.events()),
        "dead-letters", Long.toString(erased.deadLetters()));
  }

  /** What only looks is no act; of repairs the first few are named, and all are counted. */
  @Override
  public Verified verify(boolean repair, Consumer<Finding> findings, LongConsumer progress) {
    if (!repair) {
      return plain.verify(false, findings, progress);
    }
    List<String> repaired = new ArrayList<>();
    Consumer<Finding> listening =
        finding -> {
          if (finding.remedy() instanceof Remedy.Repaired && repaired.size() < NAMED) {
            repaired.add(finding.where().toString());
          }
          findings.accept(finding);
        };
    return audit.perform(
        new Act<>(
            "repair",
            "",
            Map.of(),
            () -> plain.verify(true, listening, progress),
            verified -> repairs(verified, repaired)),
        actor);
  }

  private static Map<String, String> repairs(Verified verified, List<String> named) {
    String count = Long.toString(verified.repaired());
    return named.isEmpty()
        ? Map.of("repaired", count)
        : Map.of("repaired", count, "what", String.join(", ", named));
  }

  // ---- looks

  @Override
  public Page read(ReadRequest request) {
    return plain.read(request);
  }

  @Override
  public ReplayPlan plan(Subscription replay) {
    return plain.plan(replay);
  }

  @Override
  public Token latest() {
    return plain.latest();
  }

  @Override
  public Page search(Search wanted, Start from, int limit) {
    return plain.search(wanted, from, limit);
  }

  @Override
  public Trace trace(String correlation, Start from) {
    return plain.trace(correlation, from);
  }

  @Override
  public List<EventReport> event(String id) {
    return plain.event(id).stream()
        .map(report ->
            new EventReport(
                report.located(), report.deliveries(), deliveries.of(report.located(), plain)))
        .toList();
  }

  @Override
  public List<PartitionInfo> streams() {
    return plain.streams();
  }

  @Override
  public List<SubscriptionInfo> subscriptions() {
    return plain.subscriptions();
  }

  @Override
  public SubscriptionInfo subscription(String name) {
    return plain.subscription(name);
  }

  @Override
  public List<DeadLetter> deadLetters(DeadLetterFilter filter) {
    return plain.deadLetters(filter);
  }

  @Override
  public Health health() {
    return plain.health();
  }

  @Override
  public List<Metric> metrics() {
    return Stream.concat(plain.metrics().stream(), deliveries.metrics().stream()).toList();
  }

  @Override
  public List<String> weaknesses() {
    return plain.weaknesses();
  }

  @Override
  public List<String> states() {
    return plain.states();
  }

  @Override
  public Backup backup() {
    return plain.backup();
  }
}
