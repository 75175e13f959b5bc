package dev.rookery.engine;

import dev.rookery.Finding;
import dev.rookery.Finding.Remedy;
import dev.rookery.Operations.Verified;
import dev.rookery.Partition;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Check;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/** Looks through all that a bus has stored. */
final class StoreCheck {
  private final EngineParts parts;
  private final Check check;
  private final Consumer<Finding> findings;
  private long events;
  private long undecodable;
  private long damages;
  private long notes;
  private long repaired;

  StoreCheck(EngineParts parts, boolean repair, Consumer<Finding> findings, LongConsumer progress) {
    this.parts = parts;
    this.findings = findings;
    this.check = new Check(repair, this::count, progress);
  }

  Verified run() {
    return parts.call(() -> {
      Backend backend = parts.backend();
      List<Partition> partitions = parts.config().partitions();
      for (Partition partition : partitions) {
        LogCheck log = new LogCheck(backend.log(), partition, check);
        events += log.run();
        undecodable += log.broken();
      }
      new SubscriptionCheck(backend, check).run(partitions);
      backend.check(check);
      return new Verified(events, undecodable, damages, notes, repaired);
    });
  }

  private void count(Finding finding) {
    switch (finding.remedy()) {
      case Remedy.Repaired _ -> repaired++;
      case Remedy.None _, Remedy.ByRepair _, Remedy.ByHand _ -> {
        switch (finding.grade()) {
          case DAMAGE -> damages++;
          case NOTE -> notes++;
        }
      }
    }
    findings.accept(finding);
  }
}
