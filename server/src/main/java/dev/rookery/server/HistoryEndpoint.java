package dev.rookery.server;

import dev.rookery.EventBus;
import dev.rookery.InvalidInput;
import dev.rookery.NotFound;
import dev.rookery.Operations.EventReport;
import dev.rookery.Operations.Page;
import dev.rookery.Operations.ReadRequest;
import dev.rookery.Operations.Trace;
import dev.rookery.Search;
import dev.rookery.Start;
import dev.rookery.client.wire.EventJson;
import dev.rookery.client.wire.JsonOut;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.List;

/** {@code GET /v1/events}, {@code /v1/search} and {@code /v1/traces}: what is stored. */
final class HistoryEndpoint {
  private static final int MAX_WAIT_MS = 30_000;
  private static final int LONGEST_ID = 400;

  private final EventBus bus;

  HistoryEndpoint(EventBus bus) {
    this.bus = bus;
  }

  void page(Context ctx) {
    ReadRequest request =
        new ReadRequest(
            Query.patterns(ctx),
            Query.text(ctx, "where"),
            Query.from(ctx, Start.earliest()),
            Query.number(ctx, "limit", 100, 1_000),
            Duration.ofMillis(Query.number(ctx, "waitMs", 0, MAX_WAIT_MS)));
    Page page = bus.operations().read(request);
    JsonOut out = new JsonOut(256 + page.events().size() * 512);
    EventJson.write(out, page);
    Answers.json(ctx, out);
  }

  void search(Context ctx) {
    Search wanted =
        new Search(
            Query.patterns(ctx),
            Query.text(ctx, "source"),
            Query.time(ctx, "since"),
            Query.time(ctx, "until"),
            Query.text(ctx, "correlation"),
            Query.text(ctx, "causation"),
            Query.text(ctx, "key"),
            Query.text(ctx, "where"));
    Start from = Query.from(ctx, Start.earliest());
    Page page = bus.operations().search(wanted, from, Query.number(ctx, "limit", 100, 1_000));
    JsonOut out = new JsonOut(256 + page.events().size() * 512);
    EventJson.write(out, page);
    Answers.json(ctx, out);
  }

  void trace(Context ctx) {
    String correlation = named(ctx, "correlation");
    Trace trace = bus.operations().trace(correlation, Query.from(ctx, Start.earliest()));
    JsonOut out = new JsonOut(256 + trace.steps().size() * 512);
    EventJson.write(out, trace);
    Answers.json(ctx, out);
  }

  private static String named(Context ctx, String parameter) {
    String name = ctx.pathParam(parameter);
    if (name.length() > LONGEST_ID) {
      throw new InvalidInput("the " + parameter + " is too long to be one");
    }
    return name;
  }

  void one(Context ctx) {
    String id = named(ctx, "id");
    List<EventReport> reports = bus.operations().event(id);
    if (reports.isEmpty()) {
      throw new NotFound("there is no event with the id " + InvalidInput.shown(id));
    }
    JsonOut out = new JsonOut(1_024).beginArray();
    reports.forEach(report -> EventJson.write(out, report));
    Answers.json(ctx, out.endArray());
  }
}
