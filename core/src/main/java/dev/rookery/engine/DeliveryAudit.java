package dev.rookery.engine;

import dev.rookery.Delivery;
import dev.rookery.Operations;
import dev.rookery.Operations.Attempt;
import dev.rookery.Operations.Kind;
import dev.rookery.Operations.Located;
import dev.rookery.Operations.Metric;
import dev.rookery.Outcome;
import dev.rookery.PublishUnknown;
import dev.rookery.Search;
import dev.rookery.Settlement;
import dev.rookery.Start;
import dev.rookery.audit.AuditRecord;
import dev.rookery.audit.Fact;
import dev.rookery.spi.SerialWork;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * Records the outcomes of deliveries, many in one append, behind the deliveries' back: they never
 * wait for it. What the store does not take comes again; what finds no room meanwhile is counted,
 * and the audit says how many are lost.
 */
final class DeliveryAudit {
  private static final System.Logger LOG = System.getLogger(DeliveryAudit.class.getName());
  private static final int ROOM = 10_000;
  private static final int BATCH = 200;
  private static final int SHOWN = 1_000;
  private static final long GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final EngineParts parts;
  private final AuditWriter writer;
  private final Publisher publisher;
  private final BlockingQueue<Fact.Delivered> queue = new ArrayBlockingQueue<>(ROOM);
  private final List<Fact> batch = new ArrayList<>();
  private String told = "";
  private final AtomicLong unsaid = new AtomicLong();
  private final LongAdder recorded = new LongAdder();
  private final LongAdder lost = new LongAdder();
  private final AtomicBoolean alarmed = new AtomicBoolean();
  private final SerialWork work;

  DeliveryAudit(EngineParts parts, AuditWriter writer, Publisher publisher) {
    this.parts = parts;
    this.writer = writer;
    this.publisher = publisher;
    this.work = new SerialWork(parts.environment(), "rookery-audit", this::flush);
  }

  /** Takes an outcome; never blocks. Those of the audit's own events are passed over. */
  void settled(Delivery delivery, Outcome outcome, Settlement settlement, Duration took) {
    if (delivery.event().type().startsWith(Fact.TYPES)) {
      return;
    }
    Fact.Delivered fact =
        new Fact.Delivered(
            delivery.subscription(),
            delivery.event().id(),
            delivery.partition().stream(),
            delivery.partition().number(),
            delivery.position().toString(),
            delivery.attempt(),
            word(outcome),
            word(settlement),
            took.toNanos() / 1_000);
    if (!queue.offer(fact)) {
      unsaid.incrementAndGet();
      lost.increment();
    }
    if (queue.size() >= BATCH) {
      work.ask();
    } else {
      askAfter(GATHER_NANOS);
    }
  }

  private void askAfter(long nanos) {
    if (alarmed.compareAndSet(false, true)) {
      parts
          .alarms()
          .set(
              nanos,
              () -> {
                alarmed.set(false);
                work.ask();
              });
    }
  }

  private static String word(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Handled handled -> "handled";
      case Outcome.Failed failed -> failed.outage() ? "outage" : "failed";
      case Outcome.TimedOut timedOut -> "timed out";
      case Outcome.Rejected rejected -> "rejected";
    };
  }

  private static String word(Settlement settlement) {
    return switch (settlement) {
      case Settlement.Ack ack -> "ack";
      case Settlement.Retry retry -> "retry";
      case Settlement.Dead dead -> "dead letter";
    };
  }

  private void flush() {
    while (isAnythingLeft()) {
      if (!storeBatch()) {
        askAfter(PAUSE_NANOS);
        return;
      }
    }
  }

  private synchronized boolean isAnythingLeft() {
    return !batch.isEmpty() || !queue.isEmpty() || unsaid.get() > 0;
  }

  /** Whether the store answered; what it does not take comes again. */
  private synchronized boolean storeBatch() {
    if (batch.isEmpty()) {
      long gap = unsaid.getAndSet(0);
      if (gap > 0) {
        batch.add(new Fact.Lost(gap));
      }
      queue.drainTo(batch, BATCH);
    }
    if (batch.isEmpty()) {
      return true;
    }
    try {
      publisher.makeRoom(writer.partition());
      writer.store(batch);
      stored();
      told = "";
      return true;
    } catch (PublishUnknown e) {
      stored(); // as far as it depends on us: the writer keeps them
      tell(e);
      return false;
    } catch (RuntimeException e) {
      tell(e);
      return false;
    }
  }

  /** Says once what keeps the outcomes from being stored. */
  private void tell(RuntimeException e) {
    String problem = String.valueOf(e.getMessage());
    if (!problem.equals(told)) {
      LOG.log(System.Logger.Level.WARNING, "the audit of deliveries waits: " + problem);
      told = problem;
    }
  }

  private void stored() {
    recorded.add(batch.stream().filter(Fact.Delivered.class::isInstance).count());
    batch.clear();
  }

  /** Stores what waits, once; what the store does not take then is lost. */
  synchronized void close() {
    flush();
    if (isAnythingLeft()) {
      LOG.log(
          System.Logger.Level.WARNING,
          "the audit lost the outcomes of " + (batch.size() + queue.size()) + " deliveries");
    }
  }

  /** The attempts that were recorded of an event, oldest first. */
  List<Attempt> of(Located located, Operations operations) {
    if (parts.config().audit().deliveries().isEmpty()) {
      return List.of();
    }
    Search wanted =
        Search.ALL
            .types(Fact.TYPES + "delivered")
            .correlation(Fact.deliveriesOf(located.event().id()));
    return operations.search(wanted, Start.earliest(), SHOWN).events().stream()
        .flatMap(found -> AuditRecord.read(found.event()).stream())
        .flatMap(record -> attempt(record, located).stream())
        .toList();
  }

  private static Optional<Attempt> attempt(AuditRecord record, Located located) {
    return record.fact() instanceof Fact.Delivered one
            && one.stream().equals(located.partition().stream())
            && one.partition() == located.partition().number()
            && one.position().equals(located.position().toString())
        ? Optional.of(
            new Attempt(
                one.subscription(),
                one.attempt(),
                record.time(),
                one.outcome(),
                one.settlement(),
                Duration.of(one.micros(), ChronoUnit.MICROS)))
        : Optional.empty();
  }

  List<Metric> metrics() {
    return List.of(
        new Metric(
            "rookery_audit_deliveries_total",
            "Outcomes of deliveries that the audit recorded.",
            Kind.COUNTER,
            Map.of(),
            recorded.doubleValue()),
        new Metric(
            "rookery_audit_lost_total",
            "Outcomes of deliveries that the audit could not record.",
            Kind.COUNTER,
            Map.of(),
            lost.doubleValue()));
  }
}
