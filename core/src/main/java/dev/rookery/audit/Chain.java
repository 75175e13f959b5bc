package dev.rookery.audit;

import dev.rookery.AuditKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The end of one writer's chain, to which records are put. A value: whoever stores what {@link
 * #with} makes goes on from its end, or stays where he was if it was not stored.
 *
 * @param number of the last record, 0 where there is none
 * @param seal of the last record, empty where there is none
 */
public record Chain(AuditKey key, String writer, long number, String seal) {
  /** A chain without records. */
  public static Chain begin(AuditKey key, String writer) {
    return new Chain(key, writer, 0, "");
  }

  /** The next records, one for each fact. */
  public List<AuditRecord> with(List<? extends Fact> facts, Instant now) {
    List<AuditRecord> records = new ArrayList<>();
    Chain end = this;
    for (Fact fact : facts) {
      AuditRecord next = AuditRecord.of(key, writer, end.number + 1, end.seal, now, fact);
      records.add(next);
      end = end.after(next);
    }
    return records;
  }

  /** The chain that ends with this record. */
  public Chain after(AuditRecord last) {
    return new Chain(key, writer, last.number(), last.seal());
  }
}
