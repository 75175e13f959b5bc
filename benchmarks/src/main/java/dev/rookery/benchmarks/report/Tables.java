package dev.rookery.benchmarks.report;

import dev.rookery.benchmarks.load.Course;
import dev.rookery.benchmarks.load.Measured;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What was found as plain text, one table for each course. */
public final class Tables {
  private static final List<String> HEAD =
      List.of(
          "",
          "published/s",
          "delivered/s",
          "p50 ms",
          "p95",
          "p99",
          "max",
          "own cores",
          "server cores",
          "server MB",
          "lost",
          "dup",
          "disorder",
          "unsettled",
          "decoded/event");

  private Tables() {}

  public static void print(Rounds rounds, PrintStream out) {
    List<Measured> medians = Medians.of(rounds);
    List<Ratios.Ratio> ratios = Ratios.of(rounds);
    Set<Course> courses = new LinkedHashSet<>();
    medians.forEach(median -> courses.add(median.course()));
    for (Course course : courses) {
      out.println();
      out.println(course);
      List<List<String>> rows = new ArrayList<>(List.of(HEAD));
      medians.stream().filter(m -> m.course().equals(course)).forEach(m -> rows.add(row(m)));
      print(rows, out);
      ratios.stream().filter(r -> r.course().equals(course)).forEach(r -> out.println(line(r)));
      medians.stream()
          .filter(m -> m.course().equals(course))
          .forEach(
              m -> m.problem().ifPresent(p -> out.println("  " + m.contender() + " failed: " + p)));
    }
  }

  private static List<String> row(Measured measured) {
    return List.of(
        measured.contender(),
        whole(measured.publishedPerSecond()),
        whole(measured.deliveredPerSecond()),
        decimal(measured.p50Ms()),
        decimal(measured.p95Ms()),
        decimal(measured.p99Ms()),
        decimal(measured.maxMs()),
        decimal(measured.ownCores()),
        decimal(measured.serverCores()),
        whole(measured.serverMegabytes()),
        Long.toString(measured.lost()),
        Long.toString(measured.duplicates()),
        Long.toString(measured.outOfOrder()),
        Long.toString(measured.unsettled()),
        measured.figures().containsKey("decodedPerEvent")
            ? decimal(measured.figures().getOrDefault("decodedPerEvent", 0.0))
            : "-");
  }

  private static String line(Ratios.Ratio ratio) {
    return String.format(
        Locale.ROOT,
        "  %s of %s is %.2f times that of %s (%.2f to %.2f)",
        ratio.figure().words(),
        ratio.ours(),
        ratio.median(),
        ratio.peer(),
        ratio.least(),
        ratio.most());
  }

  private static void print(List<List<String>> rows, PrintStream out) {
    int columns = rows.getFirst().size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        String cell = row.get(i);
        String space = " ".repeat(widths[i] - cell.length());
        line.append("  ").append(i == 0 ? cell + space : space + cell);
      }
      out.println(line);
    }
  }

  private static String whole(double value) {
    return String.format(Locale.ROOT, "%,.0f", value);
  }

  private static String decimal(double value) {
    return String.format(Locale.ROOT, value < 100 ? "%.2f" : "%.0f", value);
  }
}
