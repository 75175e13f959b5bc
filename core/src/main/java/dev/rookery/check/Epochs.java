package dev.rookery.check;

import dev.rookery.Partition;
import dev.rookery.check.HistoryLine.Claimed;
import dev.rookery.check.HistoryLine.Settled;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Who claimed what under which epoch, and whether a settlement came too late for its own. */
final class Epochs {
  private final Notes notes;
  private final Map<Owned, List<Taken>> taken = new HashMap<>();

  private record Owned(String subscription, Partition partition) {}

  /**
   * A claim.
   *
   * @param highest epoch of this claim and of those before it
   */
  private record Taken(long epoch, long highest, String process, long atMicros) {}

  Epochs(Notes notes) {
    this.notes = notes;
  }

  void take(Claimed line) {
    List<Taken> claims = claims(line.subscription(), line.partition());
    for (Taken other : claims) {
      if (other.epoch == line.epoch() && !other.process.equals(line.process())) {
        notes.note(
            Anomaly.STALE_EPOCH,
            () -> other.process + " and " + line.process() + " both took " + shown(line));
      }
    }
    long highest = claims.isEmpty() ? 0 : claims.getLast().highest;
    claims.add(
        new Taken(line.epoch(), Math.max(highest, line.epoch()), line.process(), line.atMicros()));
  }

  /** A claim that ended before the call began was there when the store compared the epochs. */
  void take(Settled line) {
    List<Taken> claims = claims(line.subscription(), line.partition());
    int last = claims.size() - 1;
    while (last >= 0 && claims.get(last).atMicros >= line.sentMicros()) {
      last--;
    }
    if (line.accepted() && last >= 0 && claims.get(last).highest > line.epoch()) {
      long newer = claims.get(last).highest;
      notes.note(Anomaly.STALE_EPOCH, () -> shown(line) + " when " + newer + " was taken");
    }
  }

  private List<Taken> claims(String subscription, Partition partition) {
    return taken.computeIfAbsent(new Owned(subscription, partition), _ -> new ArrayList<>());
  }

  private static String shown(Claimed line) {
    return "epoch " + line.epoch() + " of " + line.subscription() + " in " + line.partition();
  }

  private static String shown(Settled line) {
    return line.process()
        + " settled "
        + line.partition()
        + "@"
        + line.position()
        + " for "
        + line.subscription()
        + " under epoch "
        + line.epoch();
  }
}
