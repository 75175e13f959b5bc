package dev.rookery.server;

import dev.rookery.DeadLetter;
import dev.rookery.EventBus;
import dev.rookery.InvalidInput;
import dev.rookery.NotFound;
import dev.rookery.Operations.DeadLetterFilter;
import dev.rookery.TypePattern;
import dev.rookery.client.wire.EventJson;
import dev.rookery.client.wire.JsonOut;
import io.javalin.http.Context;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** {@code /v1/dead-letters}: what was given up, and what becomes of it. */
final class DeadLettersEndpoint {
  /** Which dead letters are meant, as the body of a redrive or discard says it. */
  record FilterRequest(
      @Nullable List<String> ids,
      @Nullable String subscription,
      @Nullable TypePattern type,
      DeadLetter.@Nullable Reason reason,
      @Nullable String after,
      @Nullable Integer limit,
      @Nullable Boolean dryRun) {
    DeadLetterFilter toFilter() {
      return new DeadLetterFilter(
          ids == null ? List.of() : ids,
          Optional.ofNullable(subscription),
          Optional.ofNullable(type),
          Optional.ofNullable(reason),
          Optional.ofNullable(after),
          limit == null ? 1_000 : limit);
    }
  }

  private final EventBus bus;
  private final JsonBody json;

  DeadLettersEndpoint(EventBus bus, JsonBody json) {
    this.bus = bus;
    this.json = json;
  }

  void list(Context ctx) {
    DeadLetterFilter filter =
        new DeadLetterFilter(
            ctx.queryParams("id"),
            Query.text(ctx, "subscription"),
            Query.text(ctx, "type").map(TypePattern::of),
            Query.text(ctx, "reason").map(DeadLettersEndpoint::reason),
            Query.text(ctx, "after"),
            Query.number(ctx, "limit", 100, 1_000));
    JsonOut out = new JsonOut(1_024).beginArray();
    bus.operations().deadLetters(filter).forEach(letter -> EventJson.write(out, letter));
    Answers.json(ctx, out.endArray());
  }

  private static DeadLetter.Reason reason(String text) {
    try {
      return DeadLetter.Reason.valueOf(text.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new InvalidInput(
          "'"
              + InvalidInput.shown(text)
              + "' is no reason; use exhausted, rejected, parked, undecodable, loop or crashed",
          e);
    }
  }

  void one(Context ctx) {
    String id = ctx.pathParam("id");
    List<DeadLetter> found = bus.operations().deadLetters(DeadLetterFilter.ALL.ids(id));
    if (found.isEmpty()) {
      throw new NotFound("there is no dead letter " + InvalidInput.shown(id));
    }
    JsonOut out = new JsonOut(1_024);
    EventJson.write(out, found.getFirst());
    Answers.json(ctx, out);
  }

  void redrive(Context ctx) throws Exception {
    act(ctx, filter -> bus.operations().by(Asking.of(ctx)).redrive(filter));
  }

  void discard(Context ctx) throws Exception {
    act(ctx, filter -> bus.operations().by(Asking.of(ctx)).discard(filter));
  }

  private void act(Context ctx, ToIntFunction<DeadLetterFilter> verb) throws Exception {
    json.read(
        ctx,
        FilterRequest.class,
        request -> {
          DeadLetterFilter filter = request.toFilter();
          boolean dryRun =
              Query.flag(ctx, "dryRun") || (request.dryRun() != null && request.dryRun());
          int count =
              dryRun ? bus.operations().deadLetters(filter).size() : verb.applyAsInt(filter);
          Answers.json(ctx, Map.of("count", count, "dryRun", dryRun));
        });
  }
}
