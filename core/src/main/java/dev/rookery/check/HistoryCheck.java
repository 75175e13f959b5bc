package dev.rookery.check;

import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.check.HistoryLine.Handled;
import dev.rookery.check.HistoryLine.Result;
import dev.rookery.check.HistoryLine.Stored;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiPredicate;

/**
 * Judges a run from its history, in one pass: give it every receipt first, then every handling in
 * the order of time, then ask for the findings.
 *
 * <p>Order is judged on first handlings that went well: within a subscription, a partition and a
 * key, their positions rise. A later handling of the same event is a duplicate, not disorder. A
 * publisher that counts its events within a key is held to that count as well.
 */
public final class HistoryCheck {
  private record Key(Partition partition, String key) {}

  /** The last event of a key that was seen. */
  private record Last(Position position, long seq) {}

  /** What one subscription did. */
  private static final class Progress {
    final BitSet handled = new BitSet();
    final Map<Key, Last> last = new HashMap<>();
    final Latencies latencies = new Latencies();
  }

  private static final int EXAMPLES = 10;

  private final BiPredicate<String, String> wants;
  private final List<Stored> stored = new ArrayList<>();
  private final Map<String, Integer> byId = new HashMap<>();
  private final Map<Key, Last> receipts = new HashMap<>();
  private final Map<String, Progress> bySubscription = new TreeMap<>();
  private final List<String> examples = new ArrayList<>();
  private long duplicates;
  private long outOfOrder;
  private long retried;
  private long foreign;

  /**
   * Begins.
   *
   * @param subscriptions those that must get what they want
   * @param wants whether a subscription, named first, wants a type
   */
  public HistoryCheck(Set<String> subscriptions, BiPredicate<String, String> wants) {
    this.wants = wants;
    subscriptions.forEach(name -> bySubscription.put(name, new Progress()));
  }

  /** Takes a receipt; receipts of one publisher come in the order in which it got them. */
  public void stored(Stored line) {
    if (line.duplicate() || byId.putIfAbsent(line.id(), stored.size()) != null) {
      return;
    }
    stored.add(line);
    if (line.seq() > 0) {
      Key key = new Key(line.partition(), line.key());
      Last last = receipts.put(key, new Last(line.position(), line.seq()));
      if (last != null && (last.seq >= line.seq()) == line.position().isAfter(last.position)) {
        disorder("stored", line.id(), key, last, line.position());
      }
    }
  }

  /** Takes a handling. Handlings of events without a receipt are counted as foreign. */
  public void handled(Handled line) {
    Progress progress = bySubscription.get(line.subscription());
    Integer index = byId.get(line.id());
    if (progress == null
        || index == null
        || !stored.get(index).position().equals(line.position())) {
      foreign++;
    } else if (line.result() == Result.FAILED) {
      retried++;
    } else if (line.result() == Result.OK) {
      if (progress.handled.get(index)) {
        duplicates++;
      } else {
        first(progress, index, line);
      }
    }
  }

  private void first(Progress progress, int index, Handled line) {
    progress.handled.set(index);
    Stored event = stored.get(index);
    progress.latencies.record((line.atMicros() - event.sentMicros()) * 1_000);
    Key key = new Key(event.partition(), event.key());
    Last last = progress.last.get(key);
    if (last != null && last.position.isAfter(event.position())) {
      disorder(line.subscription(), line.id(), key, last, event.position());
    } else {
      progress.last.put(key, new Last(event.position(), event.seq()));
    }
  }

  private void disorder(String who, String id, Key key, Last last, Position position) {
    outOfOrder++;
    example(
        "out of order: "
            + who
            + " had "
            + id
            + " of key "
            + key.key
            + " at "
            + key.partition
            + "@"
            + position
            + " after "
            + last.position);
  }

  private void example(String text) {
    if (examples.size() < EXAMPLES) {
      examples.add(text);
    }
  }

  /**
   * The judgement.
   *
   * @param dead by subscription the ids of events that the bus keeps as its dead letters
   */
  public Findings findings(Map<String, Set<String>> dead) {
    Map<String, Long> delivered = new TreeMap<>();
    Latencies latencies = new Latencies();
    long lost = 0;
    long buried = 0;
    for (Map.Entry<String, Progress> entry : bySubscription.entrySet()) {
      Progress progress = entry.getValue();
      delivered.put(entry.getKey(), (long) progress.handled.cardinality());
      latencies.add(progress.latencies);
      Set<String> letters = dead.getOrDefault(entry.getKey(), Set.of());
      buried += letters.stream().filter(byId::containsKey).count();
      lost += lost(entry.getKey(), progress, letters);
    }
    return new Findings(
        stored.size(),
        delivered,
        lost,
        duplicates,
        outOfOrder,
        retried,
        buried,
        foreign,
        latencies,
        examples);
  }

  private long lost(String subscription, Progress progress, Set<String> letters) {
    long lost = 0;
    int from = progress.handled.nextClearBit(0);
    for (int i = from; i < stored.size(); i = progress.handled.nextClearBit(i + 1)) {
      Stored event = stored.get(i);
      if (wants.test(subscription, event.type()) && !letters.contains(event.id())) {
        lost++;
        example(
            "lost: "
                + event.id()
                + " of key "
                + event.key()
                + " at "
                + event.partition()
                + "@"
                + event.position()
                + " never reached "
                + subscription);
      }
    }
    return lost;
  }
}
