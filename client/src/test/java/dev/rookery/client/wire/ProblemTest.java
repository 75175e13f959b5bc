package dev.rookery.client.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.BackendUnavailable;
import dev.rookery.EventTooLarge;
import dev.rookery.IdConflict;
import dev.rookery.InvalidInput;
import dev.rookery.NotFound;
import dev.rookery.PublishRejected;
import dev.rookery.PublishUnknown;
import dev.rookery.RookeryException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ProblemTest {
  static Stream<RookeryException> exceptions() {
    return ProblemCodes.known().map(make -> make.apply("what went wrong"));
  }

  @ParameterizedTest
  @MethodSource("exceptions")
  void everyExceptionComesBackAsItself(RookeryException sent) {
    Problem problem = Problem.of(sent);

    RookeryException back = Problem.read(problem.status(), problem.toBytes()).toException();

    assertThat(problem.type()).isEqualTo("urn:rookery:problem:" + sent.code());
    assertThat(back).hasSameClassAs(sent).hasMessage("what went wrong");
  }

  @Test
  void furtherMembersTravelBesideTheOthers() {
    Problem problem = Problem.of(new IdConflict("taken")).with("position", "42").with("index", 3);

    String json = new String(problem.toBytes(), StandardCharsets.UTF_8);

    assertThat(json).contains("\"position\":\"42\"", "\"index\":3", "\"title\":\"Id conflict\"");
    assertThat(Problem.read(409, problem.toBytes())).isEqualTo(problem);
  }

  @Test
  void anAnswerOfSomebodyElseIsTakenByItsStatus() {
    byte[] html = "<html>".getBytes(StandardCharsets.UTF_8);

    assertThat(Problem.read(503, html).toException()).isInstanceOf(BackendUnavailable.class);
    assertThat(Problem.read(413, html).toException()).isInstanceOf(EventTooLarge.class);
    assertThat(Problem.read(400, html).toException()).isInstanceOf(InvalidInput.class);
    assertThat(Problem.read(500, null).toException()).isExactlyInstanceOf(RookeryException.class);
  }

  @Test
  void theStatusTellsWhoseFaultItIs() {
    assertThat(Problem.of(new NotFound("x")).status()).isEqualTo(404);
    assertThat(Problem.of(new PublishRejected("x")).status()).isEqualTo(422);
    assertThat(Problem.of(new PublishUnknown("x")).status()).isEqualTo(503);
    assertThat(Problem.of(new RookeryException("x")).status()).isEqualTo(500);
  }
}
