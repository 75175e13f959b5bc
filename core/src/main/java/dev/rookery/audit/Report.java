package dev.rookery.audit;

import java.util.List;
import java.util.Optional;

/**
 * What verifying the audit found.
 *
 * @param records that were looked at
 * @param writers whose records were among them
 * @param acts operators' acts that were announced
 * @param deliveries outcomes of deliveries
 * @param lost outcomes of deliveries that were not recorded, as the audit itself says
 * @param withoutBeginning writers whose first records are not kept
 * @param unfinished ids of announcements whose end is not recorded: the act is under way, or its
 *     process died and nobody knows whether it was done
 * @param keys the ids of the keys that sealed the records
 * @param problems what is wrong; empty: the audit is whole
 * @param checkpoint how far it came; empty where something is wrong, or there are no records
 */
public record Report(
    long records,
    int writers,
    long acts,
    long deliveries,
    long lost,
    int withoutBeginning,
    List<String> unfinished,
    List<String> keys,
    List<Problem> problems,
    Optional<Checkpoint> checkpoint) {
  public Report {
    unfinished = List.copyOf(unfinished);
    keys = List.copyOf(keys);
    problems = List.copyOf(problems);
  }

  public boolean isWhole() {
    return problems.isEmpty();
  }
}
