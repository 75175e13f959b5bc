package dev.rookery.check;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Counts anomalies, and keeps a few examples of each. */
final class Notes {
  private static final int EXAMPLES_OF_EACH = 5;

  private final Map<Anomaly, Long> counts = new EnumMap<>(Anomaly.class);
  private final List<String> examples = new ArrayList<>();

  void note(Anomaly anomaly, Supplier<String> what) {
    note(anomaly, 1, what);
  }

  void note(Anomaly anomaly, long times, Supplier<String> what) {
    long before = counts.getOrDefault(anomaly, 0L);
    counts.put(anomaly, before + times);
    if (before < EXAMPLES_OF_EACH) {
      examples.add(anomaly.label() + ": " + what.get());
    }
  }

  Notes copy() {
    Notes copy = new Notes();
    copy.counts.putAll(counts);
    copy.examples.addAll(examples);
    return copy;
  }

  Map<Anomaly, Long> counts() {
    return counts;
  }

  List<String> examples() {
    return examples;
  }
}
