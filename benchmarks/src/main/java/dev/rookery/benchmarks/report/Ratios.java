package dev.rookery.benchmarks.report;

import dev.rookery.benchmarks.load.Course;
import dev.rookery.benchmarks.load.Figure;
import dev.rookery.benchmarks.load.Measured;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** How the bus compares with its peers, always within one round. */
public final class Ratios {
  /** The contenders that are the bus, and what each is held against. */
  private static final List<Pair> PAIRS =
      List.of(
          new Pair("memory", List.of("queue", "flow")),
          new Pair("file", List.of("sqlite", "sqlite-shared", "redis", "postgres")),
          new Pair(
              "redis-bus",
              List.of(
                  "redis-log",
                  "redis",
                  "redis-lettuce",
                  "redis-spring",
                  "redis-redisson",
                  "redis-python")),
          new Pair("redis-bus-noids", List.of("redis-log")),
          new Pair("postgres-bus", List.of("postgres-log", "postgres-notify", "postgres")),
          new Pair("hybrid-bus", List.of("postgres-bus", "postgres-log", "postgres")),
          new Pair("http", List.of("file", "sqlite", "redis", "postgres")),
          new Pair("http-post", List.of("file", "redis", "postgres")));

  private record Pair(String ours, List<String> peers) {}

  /**
   * One comparison.
   *
   * @param median over the rounds
   */
  public record Ratio(
      Course course,
      String ours,
      String peer,
      Figure figure,
      double median,
      double least,
      double most) {}

  private Ratios() {}

  public static List<Ratio> of(Rounds rounds) {
    Set<Course> courses = new LinkedHashSet<>();
    rounds.all().forEach(round -> courses.add(round.measured().course()));
    List<Ratio> ratios = new ArrayList<>();
    for (Course course : courses) {
      for (Pair pair : PAIRS) {
        for (String peer : pair.peers) {
          of(rounds, course, pair.ours, peer).ifPresent(ratios::add);
        }
      }
    }
    return ratios;
  }

  private static Optional<Ratio> of(Rounds rounds, Course course, String ours, String peer) {
    Figure figure = Figure.of(course);
    List<Double> found =
        rounds.all().stream()
            .filter(round -> isOf(round, course, ours))
            .flatMap(round ->
                in(rounds, round.round(), course, peer)
                    .map(other -> figure.of(round.measured()) / figure.of(other)))
            .filter(Double::isFinite)
            .sorted()
            .toList();
    return found.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Ratio(
                course, ours, peer, figure, Medians.of(found), found.getFirst(), found.getLast()));
  }

  private static Stream<Measured> in(Rounds rounds, int number, Course course, String name) {
    return rounds.all().stream()
        .filter(round -> round.round() == number && isOf(round, course, name))
        .map(Rounds.Round::measured);
  }

  private static boolean isOf(Rounds.Round round, Course course, String name) {
    return round.measured().course().equals(course) && round.measured().contender().equals(name);
  }
}
