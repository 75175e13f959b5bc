package dev.rookery.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Json;
import dev.rookery.benchmarks.load.Course;
import dev.rookery.benchmarks.load.Figure;
import dev.rookery.benchmarks.load.Load;
import dev.rookery.benchmarks.load.Measured;
import dev.rookery.benchmarks.load.Shape;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ReportTest {
  private static final Course COURSE = new Course(Load.BATCHES, new Shape(1, 1), 200, 0);
  private static final Rounds ROUNDS =
      new Rounds(
          List.of(
              new Rounds.Round(1, measured("file", 100, 0)),
              new Rounds.Round(1, measured("sqlite", 200, 0)),
              new Rounds.Round(2, measured("file", 900, 1)),
              new Rounds.Round(2, measured("sqlite", 1_000, 0)),
              new Rounds.Round(3, measured("file", 300, 2)),
              new Rounds.Round(3, measured("sqlite", 400, 0))));

  private static Measured measured(String contender, double perSecond, long lost) {
    return measured(COURSE, contender, perSecond, perSecond, lost);
  }

  private static Measured measured(
      Course course, String contender, double published, double perSecond, long lost) {
    return new Measured(
        contender,
        course,
        published,
        perSecond,
        1,
        2,
        3,
        4,
        1_000,
        lost,
        0,
        0,
        0,
        1,
        0,
        0,
        Map.of("decodedPerEvent", perSecond),
        Optional.empty());
  }

  @Test
  void theMiddleOfTheRoundsIsQuotedAndWhatWentWrongAddsUp() {
    Measured file = Medians.of(ROUNDS).getFirst();

    assertThat(file.contender()).isEqualTo("file");
    assertThat(file.deliveredPerSecond()).isEqualTo(300);
    assertThat(file.lost()).isEqualTo(3);
    assertThat(file.figures()).containsEntry("decodedPerEvent", 300.0);
  }

  @Test
  void anEvenNumberOfRoundsHasTheMeanOfTheTwoInTheMiddle() {
    assertThat(Medians.of(List.of(4.0, 1.0, 2.0, 100.0))).isEqualTo(3);
  }

  @Test
  void theBusIsHeldAgainstAPeerOfTheSameRound() {
    Ratios.Ratio ratio = Ratios.of(ROUNDS).getFirst();

    assertThat(ratio.peer()).isEqualTo("sqlite");
    assertThat(ratio.least()).isEqualTo(0.5);
    assertThat(ratio.median()).isEqualTo(0.75);
    assertThat(ratio.most()).isEqualTo(0.9);
  }

  @Test
  void whereNobodyListensPublishesAreCompared() {
    Course alone = new Course(Load.BATCHES, new Shape(10, 0), 200, 0);
    Rounds rounds =
        new Rounds(
            List.of(
                new Rounds.Round(1, measured(alone, "file", 100, 0, 0)),
                new Rounds.Round(1, measured(alone, "sqlite", 400, 0, 0))));

    Ratios.Ratio ratio = Ratios.of(rounds).getFirst();

    assertThat(ratio.figure()).isEqualTo(Figure.PUBLISHES);
    assertThat(ratio.median()).isEqualTo(0.25);
  }

  @Test
  void theTableHasALineForEveryContenderAndEveryRatio() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Tables.print(ROUNDS, new PrintStream(out, true, StandardCharsets.UTF_8));

    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("batches of 500, 1x1, 200 B")
        .containsPattern("file +300 +300")
        .contains("deliveries of file is 0.75 times that of sqlite (0.50 to 0.90)");
  }

  @Test
  void programsGetEveryRoundTheMediansAndTheRatios() {
    List<JsonNode> lines = JsonLines.of(ROUNDS).stream().map(Json.MAPPER::readTree).toList();

    assertThat(lines.stream().map(line -> line.get("kind").asString()))
        .containsExactly(
            "round", "round", "round", "round", "round", "round", "median", "median", "ratio");
    assertThat(lines.getFirst().get("deliveredPerSecond").asDouble()).isEqualTo(100);
    assertThat(lines.getFirst().get("producers").asInt()).isEqualTo(1);
  }
}
