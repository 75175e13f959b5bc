package dev.rookery.check;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;

/**
 * Judges one subscription's handlings as they happen, for runs of more events than a history holds:
 * each key's events are numbered from 1 without gaps, so that a number says what came before it.
 *
 * <p>Handlings of one key must not be concurrent; different keys may be.
 */
public final class SequenceCheck {
  private final long[] highest;
  private final Set<Place> skipped = new HashSet<>();
  private final LongAdder delivered = new LongAdder();
  private long duplicates;
  private long outOfOrder;

  private record Place(int key, long seq) {}

  public SequenceCheck(int keys) {
    highest = new long[keys];
  }

  /** Takes a handling that went well; says whether it is the event's first. */
  public boolean handled(int key, long seq) {
    if (seq == highest[key] + 1) {
      highest[key] = seq;
      delivered.increment();
      return true;
    }
    return unexpected(key, seq);
  }

  private synchronized boolean unexpected(int key, long seq) {
    if (seq > highest[key]) {
      for (long missing = highest[key] + 1; missing < seq; missing++) {
        skipped.add(new Place(key, missing));
      }
      highest[key] = seq;
    } else if (skipped.remove(new Place(key, seq))) {
      outOfOrder++;
    } else {
      duplicates++;
      return false;
    }
    delivered.increment();
    return true;
  }

  /** First handlings so far. */
  public long delivered() {
    return delivered.sum();
  }

  public synchronized long duplicates() {
    return duplicates;
  }

  /** First handlings that came after a later one of their key. */
  public synchronized long outOfOrder() {
    return outOfOrder;
  }

  /**
   * What never came; ask when everything has had its time.
   *
   * @param key of the events
   * @param published how many of the key were numbered
   * @param refused the numbers that were never stored
   */
  public synchronized long lost(int key, long published, Set<Long> refused) {
    long lost = 0;
    for (Place place : skipped) {
      lost += place.key == key && !refused.contains(place.seq) ? 1 : 0;
    }
    for (long seq = highest[key] + 1; seq <= published; seq++) {
      lost += refused.contains(seq) ? 0 : 1;
    }
    return lost;
  }
}
