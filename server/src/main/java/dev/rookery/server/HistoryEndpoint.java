package dev.rookery.server;

import dev.rookery.EventBus;
import dev.rookery.InvalidInput;
import dev.rookery.NotFound;
import dev.rookery.Operations.EventReport;
import dev.rookery.Operations.Page;
import dev.rookery.Operations.ReadRequest;
import dev.rookery.Start;
import dev.rookery.client.wire.EventJson;
import dev.rookery.client.wire.JsonOut;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.List;

/** {@code GET /v1/events} and {@code GET /v1/events/{id}}: what is stored. */
final class HistoryEndpoint {
  private static final int MAX_WAIT_MS = 30_000;

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

  void one(Context ctx) {
    String id = ctx.pathParam("id");
    if (id.length() > 400) {
      throw new InvalidInput("the id is too long to be one");
    }
    List<EventReport> reports = bus.operations().event(id);
    if (reports.isEmpty()) {
      throw new NotFound("there is no event with the id " + InvalidInput.shown(id));
    }
    JsonOut out = new JsonOut(1_024).beginArray();
    reports.forEach(report -> EventJson.write(out, report));
    Answers.json(ctx, out.endArray());
  }
}
