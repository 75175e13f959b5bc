package dev.rookery.server;

import dev.rookery.EventBus;
import dev.rookery.Subscription;
import dev.rookery.client.wire.SubscribeRequest;
import io.javalin.http.Context;

/**
 * {@code /v1/replays}: a replay is a subscription with an end. {@code POST} plans one: it answers
 * with the message to send over the WebSocket, in which the end is what is stored now. {@code GET}
 * lists those that go on.
 */
final class ReplaysEndpoint {
  private final EventBus bus;
  private final JsonBody json;

  ReplaysEndpoint(EventBus bus, JsonBody json) {
    this.bus = bus;
    this.json = json;
  }

  void list(Context ctx) {
    Answers.json(
        ctx,
        bus.operations().subscriptions().stream()
            .filter(info -> info.definition().replay())
            .toList());
  }

  void plan(Context ctx) throws Exception {
    json.read(
        ctx,
        SubscribeRequest.class,
        request -> {
          Subscription asked = request.toSubscription();
          Subscription replay =
              asked.replayUntil(asked.until().orElseGet(() -> bus.operations().latest()));
          Answers.json(ctx, SubscribeRequest.of(replay));
        });
  }
}
