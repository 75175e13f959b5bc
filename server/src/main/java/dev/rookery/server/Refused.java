package dev.rookery.server;

import dev.rookery.client.wire.Problem;
import java.util.Map;

/** A request that is answered with a problem which is no exception of the bus. */
final class Refused extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final transient Problem problem;
  private final transient Map<String, String> headers;

  Refused(Problem problem, Map<String, String> headers) {
    super(problem.detail(), null, false, false);
    this.problem = problem;
    this.headers = headers;
  }

  Refused(int status, String code, String detail) {
    this(Problem.of(status, code, detail), Map.of());
  }

  static Refused tooMany(String detail) {
    return new Refused(Problem.of(429, "too-many-requests", detail), Map.of("Retry-After", "1"));
  }

  static Refused busy(String detail) {
    return new Refused(Problem.of(503, "busy", detail), Map.of("Retry-After", "1"));
  }

  static Refused draining() {
    return new Refused(
        Problem.of(503, "draining", "the server is going away; try again in a moment"),
        Map.of("Retry-After", "1"));
  }

  Problem problem() {
    return problem;
  }

  Map<String, String> headers() {
    return headers;
  }
}
