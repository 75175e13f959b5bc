package dev.rookery.audit;

import dev.rookery.AuditKey;
import dev.rookery.Event;
import dev.rookery.Operations.Located;
import dev.rookery.Position;
import dev.rookery.audit.Problem.Kind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the audit's events, in the order of the log, and says what is wrong with them. It holds
 * a few words for each writer and each act without an end, whatever the number of records.
 */
public final class Verification {
  private static final int MOST_PROBLEMS = 1_000;

  private final Map<String, AuditKey> keys = new LinkedHashMap<>();
  private final AuditKey sealing;
  private final Map<String, Checkpoint.Head> known = new HashMap<>();
  private final boolean begins;
  private final Optional<Checkpoint> from;
  private final Map<String, WriterChain> writers = new TreeMap<>();
  private final Set<String> unfinished = new LinkedHashSet<>();
  private final Map<String, Long> sealedBy = new TreeMap<>();
  private final List<Problem> problems = new ArrayList<>();
  private @Nullable Located last;
  private long records;
  private long acts;
  private long deliveries;
  private long lost;

  /**
   * A verification that has seen nothing.
   *
   * @param secrets the keys that records may be sealed with; empty: they are sealed without a
   *     secret
   * @param from where it begins; all writers that it does not name begin after it
   * @param reaches whether the records right after the checkpoint are still kept
   */
  public Verification(List<AuditKey> secrets, Optional<Checkpoint> from, boolean reaches) {
    List<AuditKey> all = secrets.isEmpty() ? List.of(AuditKey.NONE) : secrets;
    all.forEach(key -> keys.put(key.id(), key));
    this.sealing = all.getFirst();
    this.from = from.filter(_ -> reaches);
    this.begins = this.from.isPresent();
    this.from.ifPresent(
        checkpoint -> checkpoint.heads().forEach(head -> known.put(head.writer(), head)));
  }

  /** Takes the next event of the audit. */
  public void take(Located located) {
    records++;
    last = located;
    Optional<AuditRecord> read = AuditRecord.read(located.event());
    if (read.isPresent() && hasItsSeal(read.get())) {
      sealed(read.get(), located);
    } else {
      unsealed(located);
    }
  }

  /** Whether it has the seal of its key; that of a key that was not given is not looked at. */
  private boolean hasItsSeal(AuditRecord record) {
    AuditKey key = keys.get(record.key());
    return key == null || record.isSealedBy(key);
  }

  private void sealed(AuditRecord record, Located located) {
    WriterChain chain = chain(record.writer());
    WriterChain.Link link = WriterChain.Link.of(record, located);
    if (record.toEvent().equals(located.event())) {
      sealedBy.merge(record.key(), 1L, Long::sum);
      chain.sound(link);
      count(record);
    } else {
      chain.unsound(link);
    }
  }

  /** The id is the only word left on whose record it was. */
  private void unsealed(Located located) {
    Event event = located.event();
    int dash = event.id().lastIndexOf('-');
    String digits = event.id().substring(dash + 1);
    if (dash > 0 && digits.matches("[1-9][0-9]{0,17}")) {
      String writer = event.id().substring(0, dash);
      chain(writer).unsound(new WriterChain.Link(writer, Long.parseLong(digits), "", "", located));
    } else {
      String place = located.partition() + "@" + located.position();
      problem(new Problem(Kind.INSERTED, event.id(), place, "it is no record of the audit"));
    }
  }

  private WriterChain chain(String writer) {
    return writers.computeIfAbsent(
        writer,
        name -> new WriterChain(name, Optional.ofNullable(known.get(name)), begins, this::problem));
  }

  private void problem(Problem problem) {
    if (problems.size() < MOST_PROBLEMS) {
      problems.add(problem);
    }
  }

  private void count(AuditRecord record) {
    switch (record.fact()) {
      case Fact.Intended intended -> {
        acts++;
        unfinished.add(AuditRecord.id(record.writer(), record.number()));
      }
      case Fact.Done done ->
          unfinished.remove(AuditRecord.id(record.writer(), done.announcement()));
      case Fact.Failed failed ->
          unfinished.remove(AuditRecord.id(record.writer(), failed.announcement()));
      case Fact.Delivered delivered -> deliveries++;
      case Fact.Lost gap -> lost += gap.deliveries();
    }
  }

  /**
   * What was found.
   *
   * @param others problems that were found beside the records
   * @param kept the first position that is kept where the records stand: writers whose records are
   *     all before it leave the checkpoint
   */
  public Report end(Instant now, List<Problem> others, Optional<Position> kept) {
    writers.values().forEach(WriterChain::end);
    others.forEach(this::problem);
    sealedBy.forEach((id, count) -> {
      if (!keys.containsKey(id)) {
        String with = id.equals("none") ? "no key" : "the key " + id + ", which was not given";
        problem(new Problem(Kind.WRONG_KEY, "", "", count + " records are sealed with " + with));
      }
    });
    return new Report(
        records,
        writers.size(),
        acts,
        deliveries,
        lost,
        (int) writers.values().stream().filter(WriterChain::isWithoutBeginning).count(),
        List.copyOf(unfinished),
        List.copyOf(sealedBy.keySet()),
        problems,
        problems.isEmpty() ? checkpoint(now, kept) : Optional.empty());
  }

  private Optional<Checkpoint> checkpoint(Instant now, Optional<Position> kept) {
    Map<String, Checkpoint.Head> heads = new TreeMap<>(known);
    writers.forEach((writer, chain) -> chain.head().ifPresent(head -> heads.put(writer, head)));
    heads
        .values()
        .removeIf(head -> kept.filter(first -> first.isAfter(head.position())).isPresent());
    List<Checkpoint.Head> all = List.copyOf(heads.values());
    Located end = last;
    return end == null
        ? from.map(before ->
            Checkpoint.of(sealing, now, before.partition(), before.position(), records, all))
        : Optional.of(Checkpoint.of(sealing, now, end.partition(), end.position(), records, all));
  }
}
