package dev.rookery.check;

import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.check.HistoryLine.Publishing;
import dev.rookery.check.HistoryLine.Stored;
import java.util.BitSet;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An event that is out: published, and not yet through at every subscription that wants it.
 * Subscriptions are counted from 0.
 */
final class OpenEvent {
  /** Where an event is. */
  record Spot(Partition partition, Position position) {
    @Override
    public String toString() {
      return partition + "@" + position;
    }
  }

  final String id;
  final String type;
  final String key;
  final long seq;
  final long sentMicros;

  /** What was known of the log when its first publish began. */
  final Places.Heights before;

  /**
   * Those that handled it, those whose last attempt began or failed, and those it had effects in.
   */
  final BitSet handled = new BitSet();

  final BitSet waiting = new BitSet();
  final BitSet effects = new BitSet();

  private @Nullable Spot spot;
  private int calls;
  private boolean unresolved;
  private boolean acknowledged;

  /** Handlings and effects that have still to come. */
  int outstanding;

  OpenEvent(Publishing line, Places.Heights before) {
    this(line.id(), line.type(), line.key(), line.seq(), line.atMicros(), before);
  }

  /** Of a history without the beginning of this publish. */
  OpenEvent(Stored line) {
    this(line.id(), line.type(), line.key(), line.seq(), line.sentMicros(), Places.Heights.UNKNOWN);
  }

  private OpenEvent(
      String id, String type, String key, long seq, long sentMicros, Places.Heights before) {
    this.id = id;
    this.type = type;
    this.key = key;
    this.seq = seq;
    this.sentMicros = sentMicros;
    this.before = before;
  }

  Optional<Spot> spot() {
    return Optional.ofNullable(spot);
  }

  void isAt(Spot place) {
    spot = place;
  }

  void publishing() {
    calls++;
  }

  void stored() {
    calls = Math.max(0, calls - 1);
    acknowledged = true;
  }

  void notStored() {
    calls = Math.max(0, calls - 1);
  }

  void unresolved() {
    calls = Math.max(0, calls - 1);
    unresolved = true;
  }

  boolean isAcknowledged() {
    return acknowledged;
  }

  /** Whether each of its publishes ended and certainly stored nothing. */
  boolean isRefused() {
    return !acknowledged && !unresolved && calls == 0;
  }

  /** Whether a subscription had it, well or not. */
  boolean reached(int subscription) {
    return handled.get(subscription) || waiting.get(subscription);
  }

  boolean reachedNobody() {
    return spot == null && waiting.isEmpty();
  }

  @Override
  public String toString() {
    return id + " of key " + key + spot().map(place -> " at " + place).orElse("");
  }
}
