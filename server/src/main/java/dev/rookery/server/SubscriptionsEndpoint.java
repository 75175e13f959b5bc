package dev.rookery.server;

import dev.rookery.EventBus;
import dev.rookery.InvalidInput;
import dev.rookery.Operations;
import dev.rookery.Start;
import dev.rookery.client.wire.RewindRequest;
import io.javalin.http.Context;

/** {@code /v1/subscriptions}: what is defined, how far it got, and what operators do to it. */
final class SubscriptionsEndpoint {
  private final EventBus bus;
  private final JsonBody json;

  SubscriptionsEndpoint(EventBus bus, JsonBody json) {
    this.bus = bus;
    this.json = json;
  }

  void list(Context ctx) {
    Answers.json(ctx, bus.operations().subscriptions());
  }

  void one(Context ctx) {
    Answers.json(ctx, bus.operations().subscription(ctx.pathParam("name")));
  }

  void pause(Context ctx) {
    acting(ctx).pause(known(ctx));
    ctx.status(204);
  }

  void resume(Context ctx) {
    acting(ctx).resume(known(ctx));
    ctx.status(204);
  }

  void remove(Context ctx) {
    acting(ctx).remove(known(ctx));
    ctx.status(204);
  }

  void rewind(Context ctx) throws Exception {
    json.read(
        ctx,
        RewindRequest.class,
        request -> {
          Start to = request.to() == null ? Query.from(ctx, Start.latest()) : request.to();
          if (request.to() == null && Query.text(ctx, "from").isEmpty()) {
            throw new InvalidInput("a rewind needs 'to': earliest, latest, a time or a position");
          }
          boolean dryRun = Query.flag(ctx, "dryRun") || request.isDryRun();
          Answers.json(ctx, acting(ctx).rewind(known(ctx), to, request.terms(), dryRun));
        });
  }

  private Operations acting(Context ctx) {
    return bus.operations().by(Asking.of(ctx));
  }

  /** The name in the path; one that nobody has defined is not found. */
  private String known(Context ctx) {
    String name = ctx.pathParam("name");
    return bus.operations().subscription(name).definition().name();
  }
}
