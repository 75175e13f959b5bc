package dev.rookery.audit;

import dev.rookery.AuditKey;
import dev.rookery.Operations;
import dev.rookery.Operations.Located;
import dev.rookery.Operations.Page;
import dev.rookery.Operations.PartitionInfo;
import dev.rookery.Position;
import dev.rookery.Search;
import dev.rookery.Start;
import dev.rookery.audit.Checkpoint.Head;
import dev.rookery.audit.Problem.Kind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/** The audit as it stands in the log of a bus. */
public final class AuditTrail {
  private static final int PAGE = 1_000;
  private static final Search RECORDS = Search.ALL.types(Fact.TYPES + "**");

  private final Operations operations;

  public AuditTrail(Operations operations) {
    this.operations = operations;
  }

  /** All events of the audit from a place on, in the order of the log. */
  public void each(Start from, Consumer<Located> sink) {
    Start at = from;
    while (true) {
      Page page = operations.search(RECORDS, at, PAGE);
      page.events().forEach(sink);
      if (page.end()) {
        return;
      }
      at = new Start.After(page.next());
    }
  }

  /**
   * Verifies the audit.
   *
   * @param keys that its records may be sealed with; empty: they are sealed without a secret
   * @param from where to begin; what stood before it is looked at only where the checkpoint names
   *     it
   * @param progress told of the number of records so far
   */
  public Report verify(
      List<AuditKey> keys, Optional<Checkpoint> from, Instant now, LongConsumer progress) {
    Optional<PartitionInfo> where = from.flatMap(this::partition);
    List<Problem> problems = new ArrayList<>();
    from.ifPresent(checkpoint -> holdAgainst(checkpoint, where, problems));
    Optional<Position> first = where.flatMap(PartitionInfo::first);
    boolean reaches =
        problems.isEmpty()
            && from.filter(cp -> first.filter(f -> f.isAfter(cp.position())).isEmpty()).isPresent();
    Verification verification = new Verification(keys, from, reaches);
    long[] count = new long[1];
    each(
        reaches ? new Start.AfterPosition(from.orElseThrow().position()) : Start.earliest(),
        located -> {
          verification.take(located);
          progress.accept(++count[0]);
        });
    return verification.end(now, problems, first);
  }

  private Optional<PartitionInfo> partition(Checkpoint checkpoint) {
    return operations.streams().stream()
        .filter(info -> info.partition().equals(checkpoint.partition()))
        .findFirst();
  }

  /** Looks for what the checkpoint knows, as far as retention has not taken it. */
  private void holdAgainst(
      Checkpoint checkpoint, Optional<PartitionInfo> where, List<Problem> problems) {
    Position latest =
        operations.latest().positions().getOrDefault(checkpoint.partition(), Position.ZERO);
    if (where.isEmpty() || checkpoint.position().isAfter(latest)) {
      String place = checkpoint.partition() + "@" + checkpoint.position();
      problems.add(
          new Problem(
              Kind.CUT_OFF, "", place, "the log ends at " + latest + ", before the checkpoint"));
    }
    Optional<Position> first = where.flatMap(PartitionInfo::first);
    for (Head head : checkpoint.heads()) {
      if (first.filter(kept -> !kept.isAfter(head.position())).isPresent() && !isThere(head)) {
        String place = checkpoint.partition() + "@" + head.position();
        problems.add(
            new Problem(Kind.CUT_OFF, head.id(), place, "the checkpoint knows it, and it is gone"));
      }
    }
  }

  private boolean isThere(Head head) {
    return operations.event(head.id()).stream()
        .flatMap(report -> AuditRecord.read(report.located().event()).stream())
        .anyMatch(record -> record.seal().equals(head.seal()));
  }
}
