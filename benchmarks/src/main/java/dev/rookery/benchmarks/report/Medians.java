package dev.rookery.benchmarks.report;

import dev.rookery.benchmarks.load.Course;
import dev.rookery.benchmarks.load.Measured;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** The middle of several measurements of one contender on one course, each figure by itself. */
public final class Medians {
  private Medians() {}

  /** The middle value; the mean of the two in the middle where their number is even. */
  public static double of(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  /** One for each course and contender, in the order of their first measurements. */
  public static List<Measured> of(Rounds rounds) {
    Map<Course, Map<String, List<Measured>>> grouped = new LinkedHashMap<>();
    for (Rounds.Round round : rounds.all()) {
      Measured measured = round.measured();
      grouped
          .computeIfAbsent(measured.course(), course -> new LinkedHashMap<>())
          .computeIfAbsent(measured.contender(), name -> new ArrayList<>())
          .add(measured);
    }
    return grouped.values().stream()
        .flatMap(contenders -> contenders.values().stream())
        .map(Medians::median)
        .toList();
  }

  private static Measured median(List<Measured> runs) {
    Measured first = runs.getFirst();
    return new Measured(
        first.contender(),
        first.course(),
        median(runs, Measured::publishedPerSecond),
        median(runs, Measured::deliveredPerSecond),
        median(runs, Measured::p50Ms),
        median(runs, Measured::p95Ms),
        median(runs, Measured::p99Ms),
        median(runs, Measured::maxMs),
        runs.stream().mapToLong(Measured::events).sum(),
        runs.stream().mapToLong(Measured::lost).sum(),
        runs.stream().mapToLong(Measured::duplicates).sum(),
        runs.stream().mapToLong(Measured::outOfOrder).sum(),
        runs.stream().mapToLong(Measured::unsettled).sum(),
        median(runs, Measured::ownCores),
        median(runs, Measured::serverCores),
        median(runs, Measured::serverMegabytes),
        figures(runs),
        runs.stream().map(Measured::problem).flatMap(Optional::stream).findFirst());
  }

  private static double median(List<Measured> runs, ToDoubleFunction<Measured> figure) {
    return of(runs.stream().mapToDouble(figure).boxed().toList());
  }

  private static Map<String, Double> figures(List<Measured> runs) {
    Map<String, List<Double>> found = new TreeMap<>();
    for (Measured run : runs) {
      run.figures()
          .forEach((name, value) -> found.computeIfAbsent(name, n -> new ArrayList<>()).add(value));
    }
    Map<String, Double> medians = new TreeMap<>();
    found.forEach((name, values) -> medians.put(name, of(values)));
    return medians;
  }
}
