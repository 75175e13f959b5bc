package dev.rookery.server;

import dev.rookery.Json;
import dev.rookery.client.wire.JsonOut;
import dev.rookery.client.wire.Problem;
import io.javalin.http.Context;

/** Writes answers. */
final class Answers {
  static final String JSON = "application/json";

  private Answers() {}

  static void json(Context ctx, JsonOut out) {
    ctx.contentType(JSON).result(out.toByteArray());
  }

  static void json(Context ctx, Object value) {
    ctx.contentType(JSON).result(Json.MAPPER.writeValueAsBytes(value));
  }

  static void problem(Context ctx, Problem problem) {
    if (problem.status() == 503 || problem.status() == 429) {
      ctx.header("Retry-After", "1");
    }
    ctx.status(problem.status()).contentType(Problem.MEDIA_TYPE).result(problem.toBytes());
  }
}
