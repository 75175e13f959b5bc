package dev.rookery.check;

import java.util.Map;
import java.util.TreeMap;

/** A set of numbers, kept as its runs of neighbours. */
final class Runs {
  private final TreeMap<Long, Long> endByStart = new TreeMap<>();
  private long from = Long.MAX_VALUE;

  /**
   * Adds one.
   *
   * @param counts whether what is missing after it is missing; what lies before the first that
   *     counts is not
   */
  void add(long number, boolean counts) {
    from = counts ? Math.min(from, number) : from;
    Map.Entry<Long, Long> below = endByStart.floorEntry(number);
    if (below != null && below.getValue() >= number) {
      return;
    }
    boolean joins = below != null && below.getValue() == number - 1;
    long start = joins ? below.getKey() : number;
    Map.Entry<Long, Long> above = endByStart.higherEntry(number);
    long end = number;
    if (above != null && above.getKey() == number + 1) {
      end = above.getValue();
      endByStart.remove(above.getKey());
    }
    endByStart.put(start, end);
  }

  /** How many are missing between the first that counts and the last. */
  long missing() {
    long missing = 0;
    for (long start : endByStart.tailMap(from, false).keySet()) {
      missing += start - endByStart.lowerEntry(start).getValue() - 1;
    }
    return missing;
  }

  /** The first numbers that are missing. */
  String gap() {
    for (long start : endByStart.tailMap(from, false).keySet()) {
      long end = endByStart.lowerEntry(start).getValue();
      return end + 2 == start ? "" + (end + 1) : (end + 1) + " to " + (start - 1);
    }
    return "";
  }
}
